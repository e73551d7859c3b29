import { numberField, parseInfo } from "../../protocol/info.js";
import { errorText, type MemberLink } from "./member-link.js";
import type { PairRun } from "./move-run.js";

/** Gossip brings an epoch to every node within a second or two; a collision of two epochs is settled in about as much. */
const longestWaitMs = 15_000;

/**
 * Waits until a claim that the target makes now outranks the source's. The target raises its epoch above all that it has heard
 * of. If it has not heard of the source's newest (the source took slots in, or won a vote, a moment ago), the source's older claim
 * is the better one, and the next ping makes the target drop the slot with all the keys that have just been moved to it.
 * Resolves with the sentence why it must not be handed over; null: go on.
 */
export async function waitForEpochOrder({ from, to, run }: PairRun, lane: string): Promise<string | null> {
  const { clock } = run.deps;
  const until = clock.monotonicMs() + longestWaitMs;
  for (;;) {
    const [source, target] = await Promise.all([askEpochs(from, lane), askEpochs(to, lane)]);
    if (typeof source === "string") return source;
    if (typeof target === "string") return target;
    if (outranks(source, target)) return null;
    if (clock.monotonicMs() >= until)
      return `${to.address} has not heard of epoch ${source.own} of ${from.address}: handing the slot over now could lose its keys`;
    await clock.sleep(50);
  }
}

export interface Epochs {
  /** configEpoch of the node. */
  own: number;
  /** The highest that it has heard of. */
  highest: number;
}

/**
 * With equal epochs the target would not raise its own where it is the highest known, and the servers settle the collision by
 * chance of their ids.
 */
export function outranks(source: Epochs, target: Epochs): boolean {
  return target.highest >= source.own && target.own !== source.own;
}

/** By CLUSTER INFO; a sentence where the node does not say. @throws ConnectError */
async function askEpochs(link: MemberLink, lane: string): Promise<Epochs | string> {
  const reply = await link.askOne(lane, "CLUSTER", "INFO");
  const fields = typeof reply === "string" ? parseInfo(reply)[""] : undefined;
  const own = numberField(fields, "cluster_my_epoch");
  const highest = numberField(fields, "cluster_current_epoch");
  if (own !== null && highest !== null) return { own, highest };
  return `${link.address} does not tell its epoch: ${errorText(reply) ?? "CLUSTER INFO has none"}`;
}
