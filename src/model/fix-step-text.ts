import type { FixStep } from "./fix-plan.js";
import { countSlots, formatRanges } from "./slot-ranges.js";

/** What a step does, as a sentence without a full stop that names nodes and slots. */
export function fixStepText({ kind, node, other, slots, keys }: FixStep): string {
  const which = `${countSlots(slots) === 1 ? "slot" : `${countSlots(slots)} slots`} ${formatRanges(slots)}`;
  const to = other?.address ?? "another";
  const count = keys === null ? "the keys" : `${keys} ${keys === 1 ? "key" : "keys"}`;
  switch (kind) {
    case "renounce":
      return `${node.address} gives up its claim to ${which}, which ${to} keeps`;
    case "claim":
      return `${node.address} takes ${which}`;
    case "close":
      return `Close ${which} on ${node.address}`;
    case "announce":
      return `${node.address} raises its epoch, so that every member learns that it owns ${which}`;
    case "finish":
      return `Finish the move of ${which} from ${node.address} to ${to}, ${count} to go`;
    case "bring-home":
      return `Move ${count} of ${which} from ${node.address} to their owner ${to}`;
  }
}
