import { isIPv4 } from "node:net";
import { collectNewNode } from "../../collect/new-node.js";
import { addressOfHost, tryPort } from "../../connect/try-port.js";
import { CachectlError } from "../../model/errors.js";
import { mapWithLimit } from "../../model/map-with-limit.js";
import type { MeetAddress, NewNodeState, NodeProblem } from "../../model/new-node.js";
import { formatEndpoint } from "../../model/node.js";
import type { Fleet, FleetNode } from "../../model/node-port.js";
import type { Profile } from "../../model/profile.js";
import { parseEndpoint } from "../../profiles/parse-endpoint.js";
import type { Context } from "../context.js";

export interface NamedEndpoint {
  host: string;
  port: number;
  /** As `formatEndpoint` writes it: the node's name in plans and reports. */
  address: string;
}

export interface ProbedNode {
  address: string;
  node: FleetNode;
  state: NewNodeState;
  meet: MeetAddress;
}

export interface ProbedNodes {
  /** Closed by the caller. */
  fleet: Fleet;
  /** In the order given. */
  nodes: ProbedNode[];
  /** What can be seen from here only: names nobody knows, closed bus ports, loopback among other hosts. */
  problems: NodeProblem[];
}

const maxAtOnce = 50;

/** @throws CachectlError usage for what is no host:port, and for one that is given twice */
export function parseNodes(texts: readonly string[]): NamedEndpoint[] {
  const seen = new Set<string>();
  return texts.map((text) => {
    const parsed = parseEndpoint(text, null);
    if (!parsed.ok) throw unusable("node-invalid", `${text} must ${parsed.reason}`);
    const { host, port } = parsed;
    const address = formatEndpoint({ host, port });
    if (seen.has(address)) throw unusable("node-twice", `${address} is given twice`);
    seen.add(address);
    return { host, port, address };
  });
}

function unusable(code: string, message: string): CachectlError {
  return new CachectlError("usage", code, message, "Give each node once, as host:port, such as 10.0.0.5:6379.");
}

/**
 * Asks servers that are to become members, all at the same time, and tries their bus ports. Changes nothing. Connections are
 * those of a change: they outlive the first signal.
 *
 * @param profile how to log in, TLS, timeouts and the NAT map; its own nodes are not asked
 */
export async function probeNewNodes(
  context: Context,
  profile: Profile,
  endpoints: readonly NamedEndpoint[],
): Promise<ProbedNodes> {
  const wanted = endpoints.map((endpoint) => ({ endpoint, at: profile.natMap[endpoint.address] ?? endpoint }));
  const seeds = wanted.map(({ at: { host, port } }) => ({ host, port }));
  const fleet = await context.change.openFleet({ ...profile, kind: "cluster", seeds, discover: false, database: 0 });
  try {
    const probed = await mapWithLimit(wanted, maxAtOnce, async ({ endpoint, at }) => {
      const node = fleet.nodes.find(({ identity }) => identity.address === formatEndpoint(at));
      if (node === undefined) throw unusable("node-twice", `${endpoint.address} leads to a node that is given already`);
      const state = await collectNewNode(node);
      return { ...(await meetAddress(endpoint, at, state, profile)), node, state };
    });
    const nodes = probed.map(({ address, node, state, meet }) => ({ address, node, state, meet }));
    const problems = [...probed.flatMap(({ problem }) => (problem === null ? [] : [problem])), ...loopback(nodes)];
    return { fleet, nodes, problems };
  } catch (error) {
    fleet.close();
    throw error;
  }
}

/** Where the others will reach it, and whether its bus port can be reached from here. */
async function meetAddress(
  endpoint: NamedEndpoint,
  dialled: { host: string; port: number },
  state: NewNodeState,
  { natMap, timeouts }: Profile,
): Promise<{ address: string; meet: MeetAddress; problem: NodeProblem | null }> {
  const { address } = endpoint;
  const own = state.announced;
  const named = own?.host ?? announcedHost(dialled, natMap) ?? endpoint.host;
  const host = await addressOfHost(named);
  const meet = {
    host: host ?? named,
    port: own?.port ?? endpoint.port,
    busPort: own?.busPort ?? endpoint.port + 10_000,
  };
  const found = { address, meet };
  if (host === null)
    return {
      ...found,
      problem: {
        address,
        message: `the name ${named} is not known here`,
        hint: "CLUSTER MEET takes IP addresses: give one.",
      },
    };
  // Behind a NAT map the bus port is somewhere else, and nobody told where: the nodes themselves will show it.
  const direct = host === (await addressOfHost(dialled.host));
  if (state.clusterMode !== true || !direct) return { ...found, problem: null };
  const closed = await tryPort(dialled.host, meet.busPort, timeouts.connectMs);
  if (closed === null) return { ...found, problem: null };
  return {
    ...found,
    problem: {
      address,
      message: `its bus port ${meet.busPort} cannot be reached from here: ${closed}`,
      hint: "The nodes talk to each other through it: open it in the firewall, for all nodes and for this machine.",
    },
  };
}

function announcedHost(dialled: { host: string; port: number }, natMap: Profile["natMap"]): string | null {
  const wanted = formatEndpoint(dialled);
  const announced = Object.entries(natMap).find(([, to]) => formatEndpoint(to) === wanted)?.[0];
  return announced?.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1") ?? null;
}

/** 127.0.0.1 is another machine to each of the others. */
function loopback(nodes: readonly ProbedNode[]): NodeProblem[] {
  const isLoopback = ({ meet }: ProbedNode) => (isIPv4(meet.host) ? meet.host.startsWith("127.") : meet.host === "::1");
  if (nodes.every(isLoopback)) return [];
  return nodes.filter(isLoopback).map(({ address, meet }) => ({
    address,
    message: `the other nodes cannot reach it as ${meet.host}`,
    hint: "Give the address under which all other nodes reach it.",
  }));
}
