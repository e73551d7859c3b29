import { inverted, type EvictionPlan, type NodeChange } from "../../model/eviction-plan.js";
import { runSteps, type StepResult } from "../run-steps.js";
import { changeNode, noted, type ChangeDeps } from "./change-node.js";
import type { SettingsPort } from "./settings-port.js";

export interface EvictionRun {
  plan: EvictionPlan;
  /** By address; all nodes of the plan. */
  ports: ReadonlyMap<string, SettingsPort>;
  /** Leave what is changed as it is when a node fails, and change the others. */
  keepGoing: boolean;
  deps: Pick<ChangeDeps, "journal" | "at"> & {
    /** Finish the node in hand, begin no other. */
    stop: AbortSignal;
    say: (title: string) => void;
  };
}

export interface EvictionResult extends StepResult {
  /** Nodes that have the new values now. */
  changed: NodeChange[];
  /** Nodes that had them and were put back, because another one failed. */
  rolledBack: NodeChange[];
  notes: string[];
}

/**
 * Carries out exactly this plan, node after node. When one fails, those before it are put back, last first, unless `keepGoing`.
 * Each step is in the journal before it is taken. Writes.
 *
 * @throws CachectlError usage `journal-unwritable`; what a server did is in the result
 */
export async function carryOutEviction(run: EvictionRun): Promise<EvictionResult> {
  const { plan, keepGoing, deps } = run;
  const undo = plan.operation === "evict-policy-rollback";
  const result: EvictionResult = { done: [], failed: [], notDone: [], changed: [], rolledBack: [], notes: [] };
  if (!undo) {
    const { target, family, persist, nodes } = plan;
    await deps.journal.write({ kind: "begin", at: deps.at(), target, family, persist, nodes });
  }
  for (const [index, change] of plan.nodes.entries()) {
    if (await oneStep(run, result, change, undo)) result.changed.push(change);
    if (keepGoing && !deps.stop.aborted) continue;
    if (result.failed.length === 0 && result.notDone.length === 0) continue;
    result.notDone.push(...plan.nodes.slice(index + 1).map(titleOf));
    break;
  }
  if (result.failed.length > 0 && !keepGoing && !undo) await rollBack(run, result);
  const complete = result.failed.length + result.notDone.length === 0;
  const note = (sentence: string) => void result.notes.push(sentence);
  await deps.journal.write({ kind: "end", at: deps.at(), complete }).catch(noted(note));
  return result;
}

/** A rollback finishes what it can, whatever signal comes: half a change is what it is there to prevent. */
async function rollBack(run: EvictionRun, result: EvictionResult): Promise<void> {
  const never = new AbortController().signal;
  for (const change of result.changed.toReversed()) {
    if (!(await oneStep({ ...run, deps: { ...run.deps, stop: never } }, result, inverted(change), true))) continue;
    result.rolledBack.push(change);
  }
  result.changed = result.changed.filter((change) => !result.rolledBack.includes(change));
}

async function oneStep(run: EvictionRun, result: EvictionResult, change: NodeChange, undo: boolean): Promise<boolean> {
  const { plan, ports, deps } = run;
  const port = ports.get(change.node);
  if (port === undefined) throw new TypeError(`${change.node} is in the plan, but not among the ports`);
  const changeDeps: ChangeDeps = {
    ...{ journal: deps.journal, at: deps.at, persist: plan.persist },
    note: (sentence) => result.notes.push(sentence),
  };
  const step = { title: titleOf(change), run: async () => [await changeNode(port, change, changeDeps, { undo })] };
  const { done, failed, notDone } = await runSteps([step], deps.stop, deps.say);
  result.done.push(...done);
  result.failed.push(...failed);
  result.notDone.push(...notDone);
  for (const { reason } of failed)
    await deps.journal
      .write({ kind: "failed", at: deps.at(), node: change.node, reason })
      .catch(noted(changeDeps.note));
  return done.length > 0;
}

function titleOf({ node, changes }: NodeChange): string {
  return `${node}: set ${changes.map(({ name, to }) => `${name} ${to}`).join(", ")}`;
}
