import { describe, expect, it } from "vitest";
import { lastChange, type EvictionEntry } from "../../../../src/apply/eviction/eviction-journal.js";

const at = "2026-01-01T00:00:00Z";
const changes = [{ name: "maxmemory-policy", from: "noeviction", to: "allkeys-lru" }];
const nodes = ["a:1", "b:1", "c:1"].map((node) => ({ node, role: "primary" as const, changes }));
const begin: EvictionEntry = { kind: "begin", at, target: "t", family: "redis", persist: true, nodes };
const states = (entries: EvictionEntry[]) => lastChange(entries, "t")?.nodes.map(({ node, state }) => [node, state]);

describe("lastChange", () => {
  it("has the nodes that were changed, and one that a crash left in the middle", () => {
    const entries: EvictionEntry[] = [
      begin,
      { kind: "change", at, node: "a:1", changes },
      { kind: "changed", at, node: "a:1" },
      { kind: "change", at, node: "b:1", changes },
    ];
    expect(states(entries)).toEqual([
      ["a:1", "changed"],
      ["b:1", "begun"],
    ]);
  });

  it("leaves out what was put back, and keeps what a rollback left in the middle", () => {
    const changed: EvictionEntry[] = ["a:1", "b:1"].map((node) => ({ kind: "changed", at, node }));
    const undo: EvictionEntry = { kind: "undo", at, node: "b:1", changes };
    expect(states([begin, ...changed, undo])).toEqual([
      ["a:1", "changed"],
      ["b:1", "begun"],
    ]);
    expect(states([begin, ...changed, undo, { kind: "undone", at, node: "b:1" }])).toEqual([["a:1", "changed"]]);
  });

  it("goes by the last run of this target only", () => {
    const other: EvictionEntry = { ...begin, target: "other", nodes: [] };
    expect(states([begin, { kind: "changed", at, node: "a:1" }, other])).toEqual([["a:1", "changed"]]);
    expect(lastChange([other], "t")).toBeNull();
  });
});
