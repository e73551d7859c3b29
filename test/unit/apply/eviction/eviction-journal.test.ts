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

  it("takes a run that went on after an unfinished one together with it, with the values of before the first", () => {
    const stopped: EvictionEntry[] = [
      begin,
      { kind: "change", at, node: "a:1", changes },
      { kind: "changed", at, node: "a:1" },
      { kind: "end", at, complete: false },
    ];
    const rest: EvictionEntry[] = [
      { ...begin, nodes: nodes.slice(1) },
      { kind: "changed", at, node: "b:1" },
      { kind: "changed", at, node: "c:1" },
      { kind: "end", at, complete: true },
    ];
    expect(states([...stopped, ...rest])).toEqual([
      ["a:1", "changed"],
      ["b:1", "changed"],
      ["c:1", "changed"],
    ]);
    expect(lastChange([...stopped, ...rest], "t")?.nodes[0]?.changes).toEqual(changes);
  });

  it("does not take a run with other values, or one after a complete run, together with it", () => {
    const first: EvictionEntry[] = [begin, { kind: "changed", at, node: "a:1" }];
    const other = [{ ...changes[0], to: "allkeys-lfu" }] as typeof changes;
    const second: EvictionEntry[] = [
      { ...begin, nodes: [{ node: "b:1", role: "primary", changes: other }] },
      { kind: "changed", at, node: "b:1" },
    ];
    expect(states([...first, { kind: "end", at, complete: false }, ...second])).toEqual([["b:1", "changed"]]);
    const same: EvictionEntry[] = [
      { ...begin, nodes: nodes.slice(1) },
      { kind: "changed", at, node: "b:1" },
    ];
    expect(states([...first, { kind: "end", at, complete: true }, ...same])).toEqual([["b:1", "changed"]]);
  });

  it("goes by the last run of this target only", () => {
    const other: EvictionEntry = { ...begin, target: "other", nodes: [] };
    expect(states([begin, { kind: "changed", at, node: "a:1" }, other])).toEqual([["a:1", "changed"]]);
    expect(lastChange([other], "t")).toBeNull();
  });
});
