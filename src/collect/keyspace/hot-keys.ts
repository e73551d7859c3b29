import type { Clock } from "../../model/clock.js";
import { known, missing, type Fact, type Missing } from "../../model/fact.js";
import { hashSlot } from "../../model/hash-slot.js";
import { keyText } from "../../model/key-name.js";
import type { HotKeysFacts } from "../../model/keyspace.js";
import type { FleetNode } from "../../model/node-port.js";
import type { ObservedNode } from "../../model/observation.js";
import { whyMissing } from "../ask.js";
import { trackHotkeys } from "./hot-by-hotkeys.js";
import { monitorHotKeys, monitorLimits } from "./hot-by-monitor.js";
import { chooseHotMethod, tracks, type HotRequest } from "./hot-method.js";

export interface HotDeps {
  clock: Clock;
  /** Whether the person has asked for an end (Ctrl-C): what was seen until then is given. */
  stopped(): boolean;
  /** A line for people, before something that costs the servers. */
  say(line: string): void;
}

/** What was seen on one node. */
export interface NodeHeat {
  metric: string;
  /** Null: a window whose length the server does not tell. */
  seconds: number | null;
  /** Most first. Names are one character a byte. */
  keys: { name: string; score: number; percent: number | null }[];
  notes: string[];
}

type HotNode = { node: FleetNode; observed: ObservedNode };

/**
 * Watches all nodes at the same time for the keys that are used most. `frequency`: watching gives nothing here, the scan has
 * to ask the keys' counters.
 *
 * HOTKEYS makes the servers count for `forMs`; MONITOR, only when asked for by name, makes them send a copy of every command,
 * which is announced through `say`. Both end when `stopped()`. A node that fails is a note; the fact is missing when all do.
 */
export async function collectHotKeys(
  nodes: readonly HotNode[],
  request: HotRequest & { top: number; isCluster: boolean },
  deps: HotDeps,
): Promise<Fact<HotKeysFacts> | "frequency"> {
  const method = chooseHotMethod(
    nodes.map(({ observed }) => observed),
    request.method,
  );
  if (typeof method !== "string" || method === "frequency") return method;
  const redis = nodes.filter(({ node }) => node.identity.family === "redis");
  if (method === "monitor") deps.say(costOfMonitor(redis.length, request.forMs));
  const look = method === "monitor" ? monitorHotKeys : trackNode;
  const seen = await Promise.all(
    redis.map(async (hot): Promise<[address: string, heat: Fact<NodeHeat>]> => {
      const heat = await look(hot, request, deps).catch((error: unknown) =>
        // Not to be thrown on: the scan that this belongs to is to be reported.
        deps.stopped() ? missing("failed", "interrupted before its time was over") : whyMissing(error),
      );
      return [hot.node.identity.address, "ok" in heat ? heat : known(heat)];
    }),
  );
  return together(method, seen, request);
}

function costOfMonitor(nodeCount: number, forMs: number): string {
  const { lines, bytes, slowPingMs } = monitorLimits;
  return (
    `MONITOR on ${nodeCount} ${nodeCount === 1 ? "node" : "nodes"} for ${forMs / 1000} s: the server sends a copy of every ` +
    `command, which can halve its throughput meanwhile (redis.io). It ends early at ${lines.toLocaleString("en-US")} commands or ` +
    `${bytes / 2 ** 20} MB a node, or when a PING takes ${slowPingMs} ms longer than before.`
  );
}

async function trackNode(
  hot: HotNode,
  request: HotRequest & { top: number },
  deps: HotDeps,
): Promise<NodeHeat | Missing> {
  const whyNot = tracks(hot.observed);
  return whyNot === null ? trackHotkeys(hot, request, deps) : missing("not-supported", whyNot);
}

function together(
  method: HotKeysFacts["method"],
  seen: [address: string, heat: Fact<NodeHeat>][],
  { top, isCluster }: { top: number; isCluster: boolean },
): Fact<HotKeysFacts> {
  const heats = seen.flatMap(([node, heat]) => (heat.ok ? [{ node, heat: heat.value }] : []));
  const failures = seen.flatMap(([node, heat]) => (heat.ok ? [] : [{ node, ...heat }]));
  const [first] = heats;
  if (first === undefined) {
    const reasons = failures.map(({ node, reason }) => `${node}: ${reason}`).join("; ");
    return missing(failures[0]?.cause ?? "failed", reasons);
  }
  const { metric } = first.heat;
  const comparable = heats.filter(({ heat }) => heat.metric === metric);
  const keys = comparable
    .flatMap(({ node, heat }) => heat.keys.map((key) => ({ node, ...key })))
    .sort((a, b) => b.score - a.score || (a.name < b.name ? -1 : 1))
    .slice(0, top)
    .map(({ name, node, score, percent }) => ({
      key: keyText(name),
      node,
      slot: isCluster ? hashSlot(name) : null,
      score: rounded(score),
      percent: percent === null ? null : rounded(percent),
    }));
  const seconds = comparable.flatMap(({ heat }) => heat.seconds ?? []);
  const notes = [
    ...comparable.flatMap(({ node, heat }) => heat.notes.map((note) => `${node}: ${note}`)),
    ...heats
      .filter(({ heat }) => heat.metric !== metric)
      .map(({ node, heat }) => `${node}: left out, since it counts ${heat.metric} where others count ${metric}`),
    ...failures.map(({ node, reason }) => `${node}: not watched, ${reason}`),
  ];
  return known({ method, metric, seconds: seconds.length === 0 ? null : rounded(Math.max(...seconds)), keys, notes });
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
