import type { SlotMigrationEntry } from "../model/facts.js";
import type { Reply } from "../model/node-port.js";
import type { SlotRange } from "../model/slot-ranges.js";
import { replyList, replyMap, replyNumber } from "./replies.js";

/**
 * Reads CLUSTER GETSLOTMIGRATIONS (Valkey 9.0+) and CLUSTER MIGRATION STATUS (Redis 8.4+): a list of maps, running and
 * recent ones. Valkey says `operation` EXPORT or IMPORT; Redis says `migrate` on the source and `import` on the destination.
 */
export function parseSlotMigrations(reply: Reply): SlotMigrationEntry[] {
  return replyList(reply).map((entry) => {
    const fields = replyMap(entry);
    const text = (...names: string[]) => names.map((name) => fields.get(name)).find((value) => isText(value)) ?? null;
    const state = text("state") ?? "unknown";
    return {
      name: text("name", "id") ?? "",
      direction: text("operation")?.toLowerCase() === "import" ? "import" : "export",
      slots: parseRanges(text("slot_ranges", "slots") ?? ""),
      sourceId: text("source_node", "source"),
      targetId: text("target_node", "dest"),
      state,
      running: !finalStates.has(state.toLowerCase()),
      message: text("message", "last_error"),
      createdAt: seconds(replyNumber(fields.get("create_time"))),
    };
  });
}

/** Valkey: success, failed, cancelled · Redis: completed, failed, canceled. */
const finalStates: ReadonlySet<string> = new Set(["success", "failed", "cancelled", "completed", "canceled"]);

function isText(value: Reply | undefined): value is string {
  return typeof value === "string" && value !== "";
}

/** `0-99 205 300-16383`. */
function parseRanges(text: string): SlotRange[] {
  return text.split(/[\s,]+/).flatMap((word): SlotRange[] => {
    const match = /^(\d+)(?:-(\d+))?$/.exec(word);
    return match === null ? [] : [[Number(match[1]), Number(match[2] ?? match[1])]];
  });
}

/** Valkey counts in seconds, Redis in milliseconds: no clock in seconds reaches that far before the year 5000. */
function seconds(time: number | null): number | null {
  return time !== null && time > 1e11 ? Math.floor(time / 1000) : time;
}
