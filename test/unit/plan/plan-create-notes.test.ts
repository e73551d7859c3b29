import { expect, it } from "vitest";
import { planCreate } from "../../../src/plan/plan-create.js";

const options = { replicas: 1, zones: {}, allowFewPrimaries: false };

it("a creation on one host says so once, and on two hosts names each replica that is too close", () => {
  const ports = [1, 2, 3, 4, 5, 6];
  const alone = ports.map((port) => ({ host: "10.0.0.1", port }));
  expect(planCreate(alone, options)).toMatchObject({
    notes: ["All nodes are on one host, 10.0.0.1: its loss takes every primary together with its replicas."],
  });
  const crowded = ports.map((port) => ({ host: port === 1 ? "10.0.0.2" : "10.0.0.1", port }));
  const plan = planCreate(crowded, options);
  const notes = "notes" in plan ? plan.notes : [];
  expect(notes).toHaveLength(2);
  for (const note of notes) expect(note).toContain("is on the host of its primary");
});
