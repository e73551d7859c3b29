import type { EvictionPlan, LastChange, NodeChange, SettingChange } from "../../model/eviction-plan.js";
import { readEntries, type Journal } from "../journal.js";

/** Values are settings of servers, never of keys; there is no secret among them. */
export type EvictionEntry =
  | { kind: "begin"; at: string; target: string; family: EvictionPlan["family"]; persist: boolean; nodes: NodeChange[] }
  /** Before the first value of a node is set, so that what a crash leaves can be found. */
  | { kind: "change" | "undo"; at: string; node: string; changes: SettingChange[] }
  /** Set and seen to hold; put back and seen to hold. */
  | { kind: "changed" | "undone"; at: string; node: string }
  | { kind: "failed"; at: string; node: string; reason: string }
  | { kind: "end"; at: string; complete: boolean };

export type EvictionJournal = Pick<Journal<EvictionEntry>, "write">;

/**
 * The last run that set something on this target, with the nodes that it changed and that were not put back since.
 * null: no such run is in the journal.
 *
 * @throws CachectlError usage where the file cannot be read or is no journal
 */
export async function readLastChange(path: string, target: string): Promise<LastChange | null> {
  const entries = await readEntries<EvictionEntry>(path, {
    kinds: ["begin", "change", "changed", "undo", "undone", "failed", "end"],
    hint: "Name another file with --journal FILE.",
  });
  return lastChange(entries, target);
}

/** Pure part of {@link readLastChange}. */
export function lastChange(entries: readonly EvictionEntry[], target: string): LastChange | null {
  const from = entries.findLastIndex((entry) => entry.kind === "begin" && entry.target === target);
  const begin = entries[from];
  if (begin?.kind !== "begin") return null;
  const states = new Map<string, "changed" | "begun">();
  for (const entry of entries.slice(from + 1)) {
    if (entry.kind === "begin") break;
    if (entry.kind === "change") states.set(entry.node, "begun");
    if (entry.kind === "changed") states.set(entry.node, "changed");
    if (entry.kind === "undo") states.set(entry.node, "begun");
    if (entry.kind === "undone") states.delete(entry.node);
  }
  const { at, family, persist, nodes } = begin;
  return {
    ...{ at, family, persist },
    nodes: nodes.flatMap((change) => {
      const state = states.get(change.node);
      return state === undefined ? [] : [{ ...change, state }];
    }),
  };
}
