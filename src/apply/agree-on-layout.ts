import type { ClusterViewFacts } from "../model/facts.js";
import type { FleetNode } from "../model/node-port.js";
import { countSlots, formatRanges, type SlotRange } from "../model/slot-ranges.js";
import { mapWithLimit } from "../model/map-with-limit.js";
import { askState, askView, firstOf, isSound, orClause } from "./member-view.js";

/** What every member should see of one member. */
export interface WantedMember {
  id: string;
  address: string;
  node: FleetNode;
  /** Null: a primary. */
  primaryId: string | null;
  /** Null: whatever it owns. */
  slots: readonly SlotRange[] | null;
}

const maxAtOnce = 50;

/**
 * Whether every member sees exactly these members, in these roles, with these slots, all of them up and the cluster serving.
 * Read-only. Null: they all do; else what the first of them sees instead, as a clause.
 */
export async function disagreement(wanted: readonly WantedMember[]): Promise<string | null> {
  const clauses = await mapWithLimit(wanted, maxAtOnce, async ({ node, address }) =>
    orClause(address, async () => {
      const [view, { state, slotsOk }] = await Promise.all([askView(node), askState(node)]);
      const wrong = wrongInView(view, wanted);
      if (wrong !== null) return `${address} sees that ${wrong}`;
      return state === "ok" && slotsOk === 16_384
        ? null
        : `${address} says cluster_state:${state}, ${slotsOk} slots served`;
    }),
  );
  return firstOf(clauses);
}

function wrongInView({ nodes }: ClusterViewFacts, wanted: readonly WantedMember[]): string | null {
  const seen = new Map(nodes.map((node) => [node.id, node]));
  for (const { id, address, primaryId, slots } of wanted) {
    const node = seen.get(id);
    if (node === undefined) return `${address} is no member`;
    if (!isSound(node)) return `${address} is ${node.flags.join(",")}, ${node.linkState}`;
    if (node.primaryId !== primaryId) return `${address} is ${roleOf(node.primaryId)}, not ${roleOf(primaryId)}`;
    if (slots !== null && formatRanges(node.slots) !== formatRanges([...slots]))
      return `${address} owns ${countSlots(node.slots)} slots, not ${countSlots(slots)}`;
  }
  const more = nodes.find(({ id }) => !wanted.some((member) => member.id === id));
  return more === undefined ? null : `there is a further node, ${more.host}:${more.port}`;
}

function roleOf(primaryId: string | null): string {
  return primaryId === null ? "a primary" : `a replica of ${primaryId.slice(0, 8)}`;
}
