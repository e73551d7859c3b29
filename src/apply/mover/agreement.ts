import { countSlots, slotsOf } from "../../model/slot-ranges.js";
import type { MovedPart } from "../move-types.js";
import { isLost, type MemberLink } from "./member-link.js";
import type { MoveRun } from "./move-run.js";
import { askSlotView } from "./slot-view.js";

/** Gossip takes a second or two to reach every node. */
const longestWaitMs = 15_000;

/** Waits until every member that answers gives the moved slots to their new owners; `notes` names those that do not. */
export async function waitForAgreement(
  links: readonly MemberLink[],
  moved: readonly MovedPart[],
  run: MoveRun,
): Promise<void> {
  if (moved.length === 0) return;
  const { clock, stopRequested } = run.deps;
  const until = clock.monotonicMs() + longestWaitMs;
  for (;;) {
    const notes = await Promise.all(
      links.filter(({ id }) => !run.silent.has(id)).map((link) => disagreement(link, moved, run)),
    );
    const late = notes.filter((note) => note !== null);
    if (late.length === 0) return;
    if (clock.monotonicMs() > until || stopRequested.aborted) {
      for (const note of late) run.notes.add(note);
      return;
    }
    await clock.sleep(100);
  }
}

async function disagreement(link: MemberLink, moved: readonly MovedPart[], run: MoveRun): Promise<string | null> {
  try {
    const view = await askSlotView(link, "tell");
    const behind = moved.filter(({ to, slots }) => slotsOf(slots).some((slot) => view.ownerOf(slot) !== to.id));
    if (behind.length === 0) return null;
    const count = behind.reduce((sum, { slots }) => sum + countSlots(slots), 0);
    return `${link.address} has not yet learned the new owner of some of ${count} slots`;
  } catch (error) {
    if (!isLost(error)) throw error;
    run.silent.add(link.id);
    return null;
  }
}
