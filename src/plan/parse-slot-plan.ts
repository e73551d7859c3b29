import type { NodeRef } from "../model/cluster-topology.js";
import { slotCount } from "../model/hash-slot.js";
import type { BalanceMeasure, PlanRefusal, PrimaryShare, SlotMove, SlotPlan } from "../model/slot-plan.js";
import { countSlots, type SlotRange } from "../model/slot-ranges.js";
import { PlainReader } from "./plain-reader.js";
import { refuse } from "./refuse.js";

/** More than this are counted: whoever gets so many has taken another file. */
const namedProblems = 10;

/** The content of a `--plan-out` file, every field checked; else a refusal that names each problem by its place in the file. */
export function parseSlotPlan(text: string): SlotPlan | PlanRefusal {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return refuse("bad-plan", `This is no JSON: ${why}.`, hint);
  }
  const reader = new PlainReader();
  const plan = readPlan(reader, content);
  if (reader.problems.length === 0) checkTogether(reader, plan);
  if (reader.problems.length === 0) return plan;
  const more = reader.problems.length - namedProblems;
  const named = reader.problems.slice(0, namedProblems).join("; ");
  return refuse("bad-plan", `This is no slot plan: ${named}${more > 0 ? `; and ${more} more` : ""}.`, hint);
}

const hint = "Give a file that --plan-out wrote, as it was written. To change a plan, plan again with other options.";

const measures: readonly BalanceMeasure[] = ["slots", "keys", "bytes", "ops"];

function readPlan(reader: PlainReader, content: unknown): SlotPlan {
  const fields = reader.object(content, "the plan");
  const totals = reader.object(fields["totals"], "totals");
  return {
    schemaVersion: reader.oneOf(fields["schemaVersion"], [1], "schemaVersion"),
    kind: reader.oneOf(fields["kind"], ["slot-plan"], "kind"),
    operation: reader.text(fields["operation"], "operation"),
    target: reader.text(fields["target"], "target"),
    by: reader.oneOf(fields["by"], measures, "by"),
    fingerprint: reader.text(fields["fingerprint"], "fingerprint"),
    moves: reader.list(fields["moves"], "moves").map((move, i) => readMove(reader, move, `moves[${i}]`)),
    shares: reader.list(fields["shares"], "shares").map((share, i) => readShare(reader, share, `shares[${i}]`)),
    totals: {
      slots: reader.count(totals["slots"], "totals.slots"),
      keys: reader.amount(totals["keys"], "totals.keys"),
      bytes: reader.amount(totals["bytes"], "totals.bytes"),
    },
    notes: reader.list(fields["notes"], "notes").map((note, i) => reader.text(note, `notes[${i}]`)),
  };
}

function readMove(reader: PlainReader, value: unknown, at: string): SlotMove {
  const fields = reader.object(value, at);
  return {
    from: readRef(reader, fields["from"], `${at}.from`),
    to: readRef(reader, fields["to"], `${at}.to`),
    slots: reader.list(fields["slots"], `${at}.slots`).map((range, i) => readRange(reader, range, `${at}.slots[${i}]`)),
    slotCount: reader.count(fields["slotCount"], `${at}.slotCount`),
    keys: reader.amount(fields["keys"], `${at}.keys`),
    bytes: reader.amount(fields["bytes"], `${at}.bytes`),
  };
}

function readShare(reader: PlainReader, value: unknown, at: string): PrimaryShare {
  const fields = reader.object(value, at);
  return {
    ...readRef(reader, value, at),
    weight: reader.amount(fields["weight"], `${at}.weight`) ?? 0,
    slotsBefore: reader.count(fields["slotsBefore"], `${at}.slotsBefore`),
    slotsAfter: reader.count(fields["slotsAfter"], `${at}.slotsAfter`),
    loadBefore: reader.amount(fields["loadBefore"], `${at}.loadBefore`),
    loadAfter: reader.amount(fields["loadAfter"], `${at}.loadAfter`),
    loadWanted: reader.amount(fields["loadWanted"], `${at}.loadWanted`),
  };
}

function readRef(reader: PlainReader, value: unknown, at: string): NodeRef {
  const fields = reader.object(value, at);
  const id = reader.text(fields["id"], `${at}.id`);
  if (id !== "" && !/^[0-9a-f]{40}$/.test(id)) reader.say(`${at}.id is not 40 hexadecimal digits`);
  return { id, address: reader.text(fields["address"], `${at}.address`) };
}

function readRange(reader: PlainReader, value: unknown, at: string): SlotRange {
  const [first, last, ...rest] = reader.list(value, at);
  const range: SlotRange = [reader.count(first, `${at}[0]`), reader.count(last, `${at}[1]`)];
  if (rest.length > 0) reader.say(`${at} has more than a first and a last slot`);
  if (range[0] > range[1]) reader.say(`${at} ends before it begins`);
  if (range[0] >= slotCount || range[1] >= slotCount) reader.say(`${at} goes beyond slot ${slotCount - 1}`);
  return range;
}

/** What fields that are right by themselves can get wrong together. */
function checkTogether(reader: PlainReader, { moves, totals }: SlotPlan): void {
  const moveOf = new Int32Array(slotCount).fill(inNone);
  const pairs = new Set<string>();
  for (const [i, { from, to, slots, slotCount: count }] of moves.entries()) {
    if (from.id === to.id) reader.say(`moves[${i}] goes from ${from.address} to itself`);
    if (countSlots(slots) !== count) reader.say(`moves[${i}].slotCount is not the number of its slots`);
    if (pairs.has(from.id + to.id)) reader.say(`moves[${i}] is a second move between its pair`);
    pairs.add(from.id + to.id);
    sayTwice(reader, slots, i, moveOf);
  }
  const sum = moves.reduce((slots, move) => slots + move.slotCount, 0);
  if (sum !== totals.slots) reader.say("totals.slots is not the number of all slots that move");
}

const inNone = -1;

/** The first slot of the move that this or an earlier one has already. */
function sayTwice(reader: PlainReader, slots: readonly SlotRange[], move: number, moveOf: Int32Array): void {
  let said = false;
  for (const [first, last] of slots)
    for (let slot = first; slot <= last; slot++) {
      const earlier = moveOf[slot] ?? inNone;
      if (earlier !== inNone && !said)
        reader.say(
          earlier === move
            ? `moves[${move}] names slot ${slot} twice`
            : `slot ${slot} is in moves[${earlier}] and moves[${move}]`,
        );
      said ||= earlier !== inNone;
      moveOf[slot] = move;
    }
}
