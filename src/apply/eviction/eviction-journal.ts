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

type Begin = Extract<EvictionEntry, { kind: "begin" }>;

/** A run, with those that went on with it after it had been stopped or had left nodes out. */
interface Run {
  begin: Begin;
  /** What it sets, by setting. */
  wanted: Map<string, string>;
  /** By node, each setting from its first value on. */
  planned: Map<string, NodeChange>;
  states: Map<string, "changed" | "begun">;
  unfinished: boolean;
}

/** Pure part of {@link readLastChange}. */
export function lastChange(entries: readonly EvictionEntry[], target: string): LastChange | null {
  let run: Run | null = null;
  let isOurs = false;
  let isRollback = false;
  for (const entry of entries) {
    if (entry.kind === "begin") {
      isOurs = entry.target === target;
      isRollback = false;
      if (isOurs) run = run !== null && goesOn(run, entry) ? continued(run, entry) : begun(entry);
    } else if (isOurs && run !== null) {
      if (entry.kind === "change" || entry.kind === "undo") {
        isRollback = entry.kind === "undo";
        run.states.set(entry.node, "begun");
      } else if (entry.kind === "changed") run.states.set(entry.node, "changed");
      else if (entry.kind === "undone") run.states.delete(entry.node);
      // A rollback ends too, and begins nothing.
      else if (entry.kind === "end" && !isRollback) run.unfinished = !entry.complete;
    }
  }
  if (run === null) return null;
  const { begin, planned, states } = run;
  return {
    ...{ at: begin.at, family: begin.family, persist: begin.persist },
    nodes: [...planned.values()].flatMap((change) => {
      const state = states.get(change.node);
      return state === undefined ? [] : [{ ...change, state }];
    }),
  };
}

function begun(begin: Begin): Run {
  return continued({ begin, wanted: new Map(), planned: new Map(), states: new Map(), unfinished: true }, begin);
}

/** The same command once more after Ctrl-C or a failed node: to roll it back is to roll both back. */
function goesOn({ unfinished, wanted }: Run, { nodes }: Begin): boolean {
  return unfinished && nodes.every(({ changes }) => changes.every(({ name, to }) => wanted.get(name) === to));
}

function continued(run: Run, { nodes }: Begin): Run {
  for (const node of nodes) {
    for (const { name, to } of node.changes) run.wanted.set(name, to);
    // What it changed on this node before keeps the value of before.
    const before = run.states.has(node.node) ? (run.planned.get(node.node)?.changes ?? []) : [];
    const since = node.changes.filter(({ name }) => !before.some((change) => change.name === name));
    run.planned.set(node.node, { ...node, changes: [...before, ...since] });
  }
  return { ...run, unfinished: true };
}
