import { ReplyError } from "../../model/node-port.js";
import { ownText } from "../../model/key-name.js";
import { slotsOf } from "../../model/slot-ranges.js";
import type { KeyRouter } from "./key-router.js";

const pageSize = 1_000;
/** SCAN goes in the order of hashes, so its first pages are a fair sample. */
const mostPages = 20;
const mostNames = 10;

export interface NameEstimate {
  /** About so many keys match; exactly, where every key was looked at. */
  keys: number;
  exact: boolean;
  /** A few of them. */
  names: string[];
}

/** How many keys match, from the first pages of SCAN on every primary, and DBSIZE. Read-only. */
export async function estimateNames(router: KeyRouter, pattern: string, slot: number | null): Promise<NameEstimate> {
  const sum: NameEstimate = { keys: 0, exact: true, names: [] };
  for (const owner of router.owners) {
    if (slot !== null && owner.slots !== null && !slotsOf(owner.slots).includes(slot)) continue;
    const size = await router.direct(owner, "DBSIZE");
    let cursor = "0";
    let matched = 0;
    let pages = 0;
    do {
      const reply = await router.direct(owner, "SCAN", cursor, "MATCH", pattern, "COUNT", String(pageSize));
      const [next, list] = Array.isArray(reply) && !(reply instanceof ReplyError) ? reply : [];
      cursor = typeof next === "string" ? ownText(next) : "0";
      const names = Array.isArray(list) ? (list as string[]) : [];
      matched += names.length;
      pages++;
      for (const name of names) if (sum.names.length < mostNames) sum.names.push(ownText(name));
    } while (cursor !== "0" && pages < mostPages);
    const whole = cursor === "0";
    if (!whole) sum.exact = false;
    const total = typeof size === "number" ? size : pages * pageSize;
    sum.keys += whole ? matched : Math.round((matched / (pages * pageSize)) * total);
  }
  return sum;
}
