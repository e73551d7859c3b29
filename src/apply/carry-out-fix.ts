import { CachectlError } from "../model/errors.js";
import type { FixPlan, FixStep } from "../model/fix-plan.js";
import { fixStepText } from "../model/fix-step-text.js";
import { bringHome, finish, type KeyMoves, type KeysMoved } from "./fix-keys.js";
import { announce, claim, close, renounce, type StepOutcome } from "./fix-steps.js";
import type { MoveDeps, MoveMember, MoveOptions } from "./move-types.js";
import { isLost, MemberLink } from "./mover/member-link.js";

export interface FixRequest {
  plan: FixPlan;
  /** All that answered. */
  members: readonly MoveMember[];
  options: MoveOptions;
  deps: MoveDeps;
  /**
   * Called once, before the first step that moves keys. Resolves when every member that answers sees a served cluster (a server
   * that does not refuses MIGRATE), else with the reason why keys cannot be moved now.
   */
  untilServed(): Promise<string | null>;
}

export interface FixResult {
  done: string[];
  failed: { step: string; reason: string }[];
  notDone: string[];
  keys: number;
  notes: string[];
}

/**
 * Carries out a repair, step by step. Each step looks first whether what it was planned for still holds (what is right by now is
 * done), acts, and looks again. Steps are independent enough that one which fails does not keep the others from making slots
 * served; keys are only moved in a cluster that is served. Writes; never deletes a key. A rerun goes on from whatever is left.
 *
 * @throws CachectlError usage `journal-unwritable`; what a node does is part of the result
 */
export async function carryOutFix(request: FixRequest): Promise<FixResult> {
  const run = new FixRun(request);
  try {
    await run.all();
    return run.result;
  } finally {
    run.close();
  }
}

class FixRun {
  readonly result: FixResult = { done: [], failed: [], notDone: [], keys: 0, notes: [] };
  readonly #links: Map<string, MemberLink>;
  readonly #notes = new Set<string>();

  constructor(private readonly request: FixRequest) {
    this.#links = new Map(request.members.map((member) => [member.id, new MemberLink(member)]));
  }

  async all(): Promise<void> {
    const { steps } = this.request.plan;
    const first = steps.filter((step) => !movesKeys(step));
    // What renounces a slot may have got a key since it was counted; where it has none, this only closes the slot.
    const left = steps
      .filter(({ kind }) => kind === "renounce")
      .map((step): FixStep => ({ ...step, kind: "bring-home" }));
    const last = steps.filter(movesKeys);
    for (const step of first) await this.one(step);
    if (left.length + last.length > 0) await this.moveKeys([...last, ...left], last);
    this.result.notes.push(...this.#notes);
  }

  close(): void {
    for (const link of this.#links.values()) link.close();
  }

  private async moveKeys(steps: readonly FixStep[], planned: readonly FixStep[]): Promise<void> {
    const obstacle = this.request.deps.stopRequested.aborted ? null : await this.request.untilServed();
    if (obstacle !== null) {
      this.result.failed.push({ step: "Wait until every member sees a served cluster", reason: obstacle });
      this.result.notDone.push(...planned.map(fixStepText));
      return;
    }
    for (const step of steps) await this.one(step, planned.includes(step));
  }

  /** @param isPlanned whether the report names it when it has nothing to say */
  private async one(step: FixStep, isPlanned = true): Promise<void> {
    const { deps } = this.request;
    const text = fixStepText(step);
    if (deps.stopRequested.aborted) {
      if (isPlanned) this.result.notDone.push(text);
      return;
    }
    await this.write("open", step);
    const { keys, outcome } = await this.attempt(step);
    this.result.keys += keys;
    if (outcome === null) {
      await this.write("done", step);
      if (isPlanned || keys > 0) this.result.done.push(keys > 0 ? `${text} (${keys} moved)` : text);
      return;
    }
    await this.write("failed", step, outcome);
    this.result.failed.push({ step: text, reason: outcome });
  }

  private async attempt(step: FixStep): Promise<KeysMoved> {
    try {
      return await this.carryOut(step);
    } catch (error) {
      if (!isLost(error)) throw error;
      return { keys: 0, outcome: error.message };
    }
  }

  private async carryOut(step: FixStep): Promise<KeysMoved> {
    const node = this.link(step.node.id);
    const only = async (outcome: Promise<StepOutcome>) => ({ keys: 0, outcome: await outcome });
    if (step.kind === "claim") return only(claim(node, this.primariesBeside(node), step));
    if (step.kind === "announce") return only(announce(node, this.primariesBeside(node), step));
    if (step.kind === "close") return only(close(node, step));
    const other = this.link(step.other?.id ?? "");
    if (step.kind === "renounce") return only(renounce(node, other, step));
    const { members, options, deps } = this.request;
    const moves: KeyMoves = { members, options, deps, notes: this.#notes };
    return step.kind === "finish" ? finish(node, other, step, moves) : bringHome(node, other, step, moves);
  }

  private link(id: string): MemberLink {
    const link = this.#links.get(id);
    if (link !== undefined) return link;
    throw new CachectlError(
      "unreached",
      "member-gone",
      `node ${id.slice(0, 8)} cannot be talked to`,
      "Run `cachectl cluster check`, then plan again.",
    );
  }

  private primariesBeside(node: MemberLink): MemberLink[] {
    return [...this.#links.values()].filter(({ id, member }) => id !== node.id && member.role === "primary");
  }

  private async write(kind: "open" | "done" | "failed", step: FixStep, reason = ""): Promise<void> {
    const { journal, clock } = this.request.deps;
    const at = new Date(clock.now()).toISOString();
    const from = step.node.address;
    const entry = { at, from, to: step.other?.address ?? from, slots: step.slots };
    await journal.write(kind === "failed" ? { kind, ...entry, reason } : { kind, ...entry });
  }
}

function movesKeys({ kind }: FixStep): boolean {
  return kind === "finish" || kind === "bring-home";
}
