import type { ClusterViewNode } from "../../model/facts.js";
import { parseClusterNodes } from "../../protocol/cluster-nodes.js";
import { errorText, type MemberLink } from "./member-link.js";
import { CachectlError } from "../../model/errors.js";

/** Who owns which slot by one member's word, and what it has open itself. */
export interface SlotView {
  /** Node id; null: nobody. */
  ownerOf(slot: number): string | null;
  addressOf(id: string): string;
  /** Slot → id of where it goes. */
  migrating: ReadonlyMap<number, string>;
  importing: ReadonlyMap<number, string>;
  role: "primary" | "replica";
}

/** Asks CLUSTER NODES. @throws ConnectError; CachectlError unreached where it is refused */
export async function askSlotView(link: MemberLink, lane: string): Promise<SlotView> {
  const reply = await link.askOne(lane, "CLUSTER", "NODES");
  if (typeof reply === "string") return parseSlotView(reply);
  throw new CachectlError(
    "unreached",
    "no-cluster-view",
    `${link.address} does not say how it sees the cluster: ${errorText(reply) ?? "no text"}`,
    "Allow CLUSTER NODES to the login of the profile.",
  );
}

/** @param text as CLUSTER NODES answers it */
export function parseSlotView(text: string): SlotView {
  const { nodes } = parseClusterNodes(text);
  const myself = nodes.find((node) => node.myself);
  const owns = (node: ClusterViewNode, slot: number) =>
    node.slots.some(([first, last]) => first <= slot && slot <= last);
  return {
    ownerOf: (slot) => nodes.find((node) => owns(node, slot))?.id ?? null,
    addressOf: (id) => {
      const node = nodes.find((other) => other.id === id);
      return node === undefined ? id : `${node.host}:${node.port}`;
    },
    migrating: new Map(myself?.migrating.map(({ slot, to }) => [slot, to])),
    importing: new Map(myself?.importing.map(({ slot, from }) => [slot, from])),
    role: myself?.role ?? "primary",
  };
}
