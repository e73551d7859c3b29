import { isLost } from "./member-link.js";
import type { PairRun } from "./move-run.js";
import { askSlotView } from "./slot-view.js";

/** How one job of the servers' own ended. `unchanged`: refused or failed, the source still owns every slot, none is open. */
export type EngineResult =
  | { kind: "moved" }
  | { kind: "unchanged"; reason: string }
  /** Cannot be said, or is neither here nor there. */
  | { kind: "unsettled"; moved: number[]; reason: string };

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
