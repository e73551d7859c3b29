import type { Reply } from "../model/node-port.js";
import { replyList, replyNumber } from "./replies.js";

/** Slots and the primary that owns them. */
export interface SlotOwner {
  first: number;
  last: number;
  /** The endpoint that the server prefers; empty where it does not know its own. */
  host: string;
  port: number;
}

/** Reads CLUSTER SLOTS: `[[first, last, [host, port, …], replicas …], …]`. Ports are those of the kind of connection that asked. */
export function parseClusterSlots(reply: Reply): SlotOwner[] {
  return replyList(reply).flatMap((entry) => {
    const [first, last, primary] = replyList(entry);
    const [host, port] = replyList(primary);
    const numbers = { first: replyNumber(first), last: replyNumber(last), port: replyNumber(port) };
    if (numbers.first === null || numbers.last === null || numbers.port === null) return [];
    const named = typeof host === "string" && host !== "?" ? host : "";
    return [{ first: numbers.first, last: numbers.last, host: named, port: numbers.port }];
  });
}
