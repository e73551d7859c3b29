import { isLost } from "./member-link.js";
import type { PairRun } from "./move-run.js";
import { askSlotView } from "./slot-view.js";

/** How one job of the servers' own ended. `unchanged`: refused or failed, the source still owns every slot, none is open. */
export type EngineResult =
  | { kind: "moved" }
  | { kind: "unchanged"; reason: string }
  /** Cannot be said, or is neither here nor there. */
  | { kind: "unsettled"; moved: number[]; reason: string };

/** Who owns slots by both nodes' word, when no job runs. */
export interface Owners {
  /** The source has these. */
  here: number[];
  /** The target has these already: a job of an earlier run brought them. */
  there: number[];
  /** Somebody else has these, by the word of both. */
  elsewhere: number[];
  /** The two did not come to agree. */
  contested: number[];
}

/** Waits until both nodes agree about every slot, 20 s at the longest: a job that has just ended takes a moment to be heard of. */
export async function agreedOwners({ run, from, to }: PairRun, slots: readonly number[]): Promise<Owners> {
  const { clock, stopRequested } = run.deps;
  const until = clock.monotonicMs() + agreementMs;
  for (;;) {
    const [source, target] = await Promise.all([askSlotView(from, "job"), askSlotView(to, "job")]);
    const agreed = new Map(
      slots.map((slot) => {
        const owner = source.ownerOf(slot);
        return [slot, owner === target.ownerOf(slot) ? owner : undefined];
      }),
    );
    const of = (matches: (owner: string | null | undefined) => boolean) =>
      slots.filter((slot) => matches(agreed.get(slot)));
    const contested = of((owner) => owner === undefined);
    if (contested.length === 0 || stopRequested.aborted || clock.monotonicMs() > until)
      return {
        here: of((owner) => owner === from.id),
        there: of((owner) => owner === to.id),
        elsewhere: of((owner) => owner !== undefined && owner !== from.id && owner !== to.id),
        contested,
      };
    await clock.sleep(100);
  }
}

/** Longest that two nodes take to agree about the owner after a job. */
const agreementMs = 20_000;

/** Whatever a job says of itself, the slots are where both nodes say they are. */
export async function judgeByOwner(
  { run, from, to }: PairRun,
  slots: readonly number[],
  failure: string | null,
): Promise<EngineResult> {
  const { clock } = run.deps;
  const until = clock.monotonicMs() + agreementMs;
  for (;;) {
    const views = await Promise.all([askSlotView(from, "job"), askSlotView(to, "job")]).catch((error: unknown) => {
      if (!isLost(error)) throw error;
      return [];
    });
    const agreeOn = (id: string) =>
      views.length === 2 && slots.every((slot) => views.every((view) => view.ownerOf(slot) === id));
    if (agreeOn(to.id)) return { kind: "moved" };
    if (failure !== null && agreeOn(from.id)) return { kind: "unchanged", reason: failure };
    if (clock.monotonicMs() > until)
      return {
        kind: "unsettled",
        moved: slots.filter((slot) => views.length === 2 && views.every((view) => view.ownerOf(slot) === to.id)),
        reason: failure ?? `${from.address} and ${to.address} do not agree on who owns the slots`,
      };
    await clock.sleep(100);
  }
}
