import { formatEndpoint } from "../model/node.js";
import { mapWithLimit } from "../model/map-with-limit.js";
import type { MeetAddress } from "../model/new-node.js";
import type { FleetNode } from "../model/node-port.js";
import { askView, isSound } from "./member-view.js";
import { waitFor, type WaitDeps } from "./wait-for.js";

/** A node that is introduced to others. */
export interface MeetingNode {
  /** As dialled, for messages. */
  address: string;
  id: string;
  node: FleetNode;
  meet: MeetAddress;
}

export interface Meeting {
  /** Who is to know each other in the end. */
  nodes: readonly MeetingNode[];
  /** Only pairs with one of these are introduced: the members of a cluster know each other. Absent: all. */
  newcomers?: ReadonlySet<string>;
}

/** A forgotten or lost MEET is said again; a handshake gives up after cluster-node-timeout, at least a second. */
const meetAgainMs = 1_500;
/** Every pair is introduced where that is cheap; in a large cluster gossip from a few introductions spreads as fast. */
const mostMeetings = 400;
const maxAtOnce = 50;

/**
 * Introduces nodes (CLUSTER MEET) until each of them knows all others, is linked to them and holds none for failed. Writes the
 * cluster's node tables; safe to repeat.
 *
 * @throws CachectlError change `not-in-time` naming who does not know whom, and why that may be
 */
export async function meetNodes({ nodes, newcomers }: Meeting, deps: WaitDeps): Promise<void> {
  let metAt = -Infinity;
  await waitFor(
    deps,
    async () => {
      const missing = await missingPairs(nodes, newcomers);
      if (missing.length === 0) return null;
      const now = deps.clock.monotonicMs();
      if (now - metAt >= meetAgainMs) {
        metAt = now;
        await introduce(missing, newcomers);
      }
      return describe(missing, nodes.length);
    },
    "The cluster bus between the nodes is closed or misdirected: open the named bus ports in the firewall between all nodes, and check cluster-announce-ip, cluster-announce-port and cluster-announce-bus-port.",
  );
}

interface Pair {
  from: MeetingNode;
  to: MeetingNode;
}

async function missingPairs(
  nodes: readonly MeetingNode[],
  newcomers: ReadonlySet<string> | undefined,
): Promise<Pair[]> {
  const views = await mapWithLimit(nodes, maxAtOnce, async ({ node }) => askView(node));
  return nodes.flatMap((from, i) => {
    const known = new Map(views[i]?.nodes.map((other) => [other.id, other]));
    return nodes
      .filter((to) => to !== from && (newcomers === undefined || newcomers.has(to.id) || newcomers.has(from.id)))
      .filter((to) => {
        const other = known.get(to.id);
        return other === undefined || !isSound(other);
      })
      .map((to) => ({ from, to }));
  });
}

async function introduce(missing: readonly Pair[], newcomers: ReadonlySet<string> | undefined): Promise<void> {
  // One direction is enough: who is met learns of the other by that. A member meets the newcomer, whose bus port was asked for.
  const once = new Set<string>();
  const turned = missing.map((pair) =>
    newcomers?.has(pair.to.id) === false ? { from: pair.to, to: pair.from } : pair,
  );
  const pairs = turned.filter(({ from, to }) => {
    const key = [from.id, to.id].sort().join();
    return !once.has(key) && once.add(key);
  });
  await mapWithLimit(pairs.slice(0, mostMeetings), maxAtOnce, async ({ from, to }) => {
    const port = await from.node.openRedis();
    const { host, port: clientPort, busPort } = to.meet;
    await port.call("CLUSTER", "MEET", host, String(clientPort), String(busPort));
  });
}

/** Names the node that most others miss: with one closed port that is the one to look at. */
function describe(missing: readonly Pair[], count: number): string {
  const missedBy = new Map<MeetingNode, MeetingNode[]>();
  for (const { from, to } of missing) missedBy.set(to, [...(missedBy.get(to) ?? []), from]);
  const [worst] = [...missedBy].sort(([, a], [, b]) => b.length - a.length);
  if (worst === undefined) return "every node knows every other";
  const [node, by] = worst;
  const bus = formatEndpoint({ host: node.meet.host, port: node.meet.busPort });
  const who = by.length === count - 1 ? "no other node has" : `${by.map(({ address }) => address).join(", ")} had not`;
  return `${who} a link to ${node.address} over the cluster bus (${bus})`.replace("has a", "had a");
}
