import { describe, expect, it } from "vitest";
import { masterWithoutPersistence } from "../../../../src/analyze/rules/master-without-persistence.js";
import { missing } from "../../../../src/model/fact.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const bare = { save: "", appendonly: "no" };

describe("master-without-persistence", () => {
  it("reports a primary with replicas and no persistence, and the command that sets save points", () => {
    const { findings } = judge(masterWithoutPersistence, redisNode({ config: bare }));
    expect(findings).toMatchObject([{ priority: "high" }]);
    expect(findings[0]?.evidence).toContainEqual(expect.objectContaining({ fact: "connected_slaves", value: 1 }));
    const command = findings[0]?.commands.at(-1);
    const save = command?.kind === "server" ? command.argv.at(-1) : undefined;
    expect(judge(masterWithoutPersistence, redisNode({ config: { ...bare, save: save ?? "" } })).outcome).toBe(
      "healthy",
    );
  });

  it("matters little to a cache", () => {
    expect(judge(masterWithoutPersistence, redisNode({ config: bare }), { role: "cache" }).findings).toMatchObject([
      { priority: "low" },
    ]);
  });

  it.each([{ save: "3600 1" }, { appendonly: "yes" }])("finds %o healthy", (config) => {
    expect(judge(masterWithoutPersistence, redisNode({ config: { ...bare, ...config } })).outcome).toBe("healthy");
  });

  it.each([{ connectedReplicas: 0 }, { role: "replica" as const }])("does not apply to %o", (replication) => {
    expect(judge(masterWithoutPersistence, redisNode({ config: bare, replication })).outcome).toBe("not-applicable");
  });

  it("cannot judge when INFO does not show connected_slaves", () => {
    const node = redisNode({ config: bare, replication: { connectedReplicas: null } });
    expect(judge(masterWithoutPersistence, node).outcome).toBe("cannot-judge");
  });

  it("cannot judge without CONFIG", () => {
    const node = redisNode({ config: missing("not-permitted", "CONFIG is not permitted") });
    expect(judge(masterWithoutPersistence, node)).toMatchObject({
      outcome: "cannot-judge",
      reason: "CONFIG is not permitted",
    });
  });
});
