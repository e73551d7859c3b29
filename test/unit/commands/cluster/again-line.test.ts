import { expect, it } from "vitest";
import { againLine } from "../../../../src/commands/cluster/again-line.js";
import { createLine } from "../../../../src/commands/cluster/create-request.js";
import type { ProfileSelection } from "../../../../src/profiles/select-profiles.js";

const nothing: ProfileSelection = { profiles: [], labels: {}, targets: [], profilesDirectory: null, overrides: {} };

it("the line to go on with selects the same servers in the same way, quoted for a shell", () => {
  const selection = {
    ...nothing,
    profiles: ["prod eu"],
    labels: { tier: "gold" },
    profilesDirectory: "/etc/cachectl",
    overrides: { username: "ops", connectMs: 500, commandMs: 500 },
  };
  expect(againLine("del-node", selection, ["10.0.0.7:6379", "--allow-few-primaries"])).toBe(
    "cachectl cluster del-node -p 'prod eu' -l tier=gold --profiles-dir /etc/cachectl --timeout 500ms --user ops 10.0.0.7:6379 --allow-few-primaries",
  );
});

it("a creation is repeated and undone with all its arguments", () => {
  const request = {
    ...{ nodes: ["a:1", "b:1"], selection: nothing, replicas: 1, zones: { a: "east" }, allowFewPrimaries: true },
  };
  expect(createLine(request, true)).toBe(
    "cachectl cluster create a:1 b:1 --replicas 1 --zone a=east --allow-few-primaries --undo",
  );
});
