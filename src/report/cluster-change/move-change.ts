import type { ChangeReport } from "../../model/change.js";
import { shellQuote, verbLine } from "../../model/shell-quote.js";
import { countSlots, formatRanges, type SlotRange } from "../../model/slot-ranges.js";
import { formatCount } from "../format-value.js";
import { plural } from "../summary.js";
import type { MovedSlots } from "./moved-sections.js";

export interface MoveOutcome extends MovedSlots {
  /** Why not every node could be seen to agree, as a clause; null: all do. */
  unverified: string | null;
}

export interface MoveChangeOptions {
  target: string;
  /** What was done before the plan's own moves. */
  before?: readonly string[];
}

/** What a run did to the slots of its plan, for the report. */
export function moveChange(result: MoveOutcome, { target, before = [] }: MoveChangeOptions): ChangeReport {
  const { moved, notMoved, unverified } = result;
  // Slots that were not begun because of a signal are simply left; every other reason is a failure.
  const left = notMoved.filter(({ state, stopped }) => state === "not-begun" && stopped);
  const begun = notMoved.filter((part) => !left.includes(part));
  const unseen = unverified === null ? [] : [{ step: "see every node agree with the new owners", reason: unverified }];
  const complete = notMoved.length === 0 && unverified === null;
  return {
    complete,
    done: [...before, ...moved.map((part) => `moved ${sentenceOf(part)} with ${keysText(part.keys)}`)],
    failed: [...begun.map((part) => ({ step: `move ${sentenceOf(part)}`, reason: reasonOf(part) })), ...unseen],
    notDone: left.map((part) => `move ${sentenceOf(part)}`),
    goOn: complete ? [] : goOnLines(target, notMoved, unverified),
  };
}

function goOnLines(target: string, notMoved: MovedSlots["notMoved"], unverified: string | null): string[] {
  const open = notMoved.some(({ state }) => state === "open");
  const left = notMoved.filter(({ state }) => state === "not-begun").map((part) => reshardLine(target, part));
  return [
    ...(open ? [verbLine("cluster fix", target)] : []),
    ...left,
    ...(!open && left.length === 0 && unverified !== null ? [verbLine("cluster check", target)] : []),
  ];
}

/** Says which slots, and not how many: run twice, it does no more than once. */
function reshardLine(target: string, { from, to, slots }: MovedSlots["notMoved"][number]): string {
  const ends = `--from ${shellQuote(from.address)} --to ${shellQuote(to.address)}`;
  return `${verbLine("cluster reshard", target)} ${ends} --slot-ranges ${formatRanges(slots)}`;
}

function sentenceOf({
  from,
  to,
  slots,
}: {
  from: { address: string };
  to: { address: string };
  slots: SlotRange[];
}): string {
  const count = countSlots(slots);
  return `${formatCount(count)} ${plural(count, "slot")} (${formatRanges(slots)}) from ${from.address} to ${to.address}`;
}

function reasonOf({ state, reason }: MovedSlots["notMoved"][number]): string {
  const clause = reason.replace(/\.$/, "");
  return state === "open" ? `${clause}; the slots are half-moved, and both nodes serve their keys` : clause;
}

function keysText(keys: number): string {
  return `${formatCount(keys)} ${plural(keys, "key")}`;
}
