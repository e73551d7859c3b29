import type { ClusterNode } from "../model/cluster-topology.js";
import { shellQuote, verbLine } from "../model/shell-quote.js";
import type { SlotRefusal } from "./fix-decide.js";

interface Named {
  target: string;
}

/** Its owner is dead for everybody. Its replica, where one answers, has the keys. */
export function deadOwner({ target }: Named, slot: number, gone: ClusterNode, heir: ClusterNode | null): SlotRefusal {
  if (heir !== null)
    return {
      slot,
      reason: `Its owner ${gone.address} is down, and its replica ${heir.address} has the keys.`,
      hint: `Have ${heir.address} take over, or start ${gone.address} again; nothing has to be lost.`,
      commands: [`${verbLine("cluster failover", target)} --takeover ${shellQuote(heir.address)}`],
      consent: null,
    };
  return {
    slot,
    reason: `Its owner ${gone.address} is down, and no replica of it answers: it may have the only copy of the keys.`,
    hint: `Start ${gone.address} again, or one of its replicas, and nothing is lost. Where that is impossible, give its keys up with --accept-loss-of: the slots then start empty, and what ${gone.address} has is dropped when it comes back.`,
    commands: [`${verbLine("cluster fix", target)} --accept-loss-of ${shellQuote(gone.address)}`],
    consent: gone.address,
  };
}

export function unseenOwner({ target }: Named, slot: number, owner: ClusterNode): SlotRefusal {
  return {
    slot,
    reason: `Its owner ${owner.address} did not answer here, though the other members do not miss it: ${owner.failure ?? "no reason known"}.`,
    hint: "Run this from where every member can be reached, or wait until the members agree that it is down.",
    commands: [verbLine("cluster check", target)],
    consent: null,
  };
}

/** The owner was giving the slot to a node that does not answer: some of its keys may be there and nowhere else. */
export function deadTarget(
  { target }: Named,
  slot: number,
  owner: ClusterNode,
  gone: ClusterNode | null,
  goneId: string,
): SlotRefusal {
  const name = gone?.address ?? `node ${goneId.slice(0, 8)}, which is no member any more`;
  return {
    slot,
    reason: `${owner.address} was giving it to ${name}, which does not answer: some of its keys may be there and nowhere else.`,
    hint: `Start ${gone?.address ?? "that node"} again, or let its replica take over, then run fix again. Where that is impossible, give those keys up with --accept-loss-of: ${owner.address} keeps the slot with the keys it still has.`,
    commands: [
      `${verbLine("cluster fix", target)} --accept-loss-of ${gone === null ? String(slot) : shellQuote(gone.address)}`,
    ],
    consent: gone?.address ?? String(slot),
  };
}

/** Nobody knows who served it last, and some primary does not answer. */
export function lostOwners({ target }: Named, slot: number, silent: readonly ClusterNode[]): SlotRefusal {
  const names = silent.map(({ address }) => address);
  return {
    slot,
    reason: `Nobody serves it, no member remembers who did, and ${names.join(" and ")} did not answer: its keys may be there.`,
    hint: `Start ${names.join(" and ")} again and run fix once more. Where that is impossible, give those keys up with --accept-loss-of.`,
    commands: [
      `${verbLine("cluster fix", target)} ${names.map((name) => `--accept-loss-of ${shellQuote(name)}`).join(" ")}`,
    ],
    consent: names.join(" "),
  };
}
