import { missing, type Missing } from "../../model/fact.js";
import type { HotKeysFacts } from "../../model/keyspace.js";
import type { ObservedNode } from "../../model/observation.js";

/** `auto` never means MONITOR, which costs the servers too much to be nobody's decision. */
export type HotMethod = "auto" | HotKeysFacts["method"];

export interface HotRequest {
  method: HotMethod;
  /** How long HOTKEYS and MONITOR watch. */
  forMs: number;
}

/**
 * The way to find the hot keys of these nodes, or why there is none. Pure. Decided before a scan, since only that can ask
 * every key for its counter (`frequency`).
 */
export function chooseHotMethod(nodes: readonly ObservedNode[], asked: HotMethod): HotKeysFacts["method"] | Missing {
  // A node that does not answer has no say in how the others are asked.
  const redis = nodes.filter(({ node, facts }) => node.family === "redis" && isReached(facts));
  if (redis.length === 0) {
    const isMemcached = nodes.some(({ node }) => node.family === "memcached");
    if (isMemcached) return missing("not-supported", "Memcached does not tell its hot keys");
    return missing("unreachable", "no node could be asked for its hot keys");
  }
  if (asked === "monitor") return "monitor";
  const withCommand = redis.filter((node) => tracks(node) === null);
  if (asked === "hotkeys") return withCommand.length > 0 ? "hotkeys" : noCommand(redis);
  const counters = withoutCounters(redis);
  if (asked === "frequency") return counters ?? "frequency";
  if (withCommand.length === redis.length) return "hotkeys";
  if (counters === null) return "frequency";
  // Some of the nodes are better than none; the others are named in the notes.
  if (withCommand.length > 0) return "hotkeys";
  return missing("not-supported", `${whyNot(redis[0])}, and ${counters.reason}; ${otherWay}`);
}

function isReached({ reachability }: ObservedNode["facts"]): boolean {
  return reachability?.ok === true && reachability.value.reachable;
}

const otherWay = "--hot monitor --for 5s finds them at the cost of a MONITOR";

/** Why HOTKEYS cannot be used on a node, as a clause; null when it can. */
export function tracks({ facts }: ObservedNode): string | null {
  if (facts.server?.ok !== true) return `the version is not known: ${facts.server?.reason ?? "INFO was not asked"}`;
  const { product, version } = facts.server.value;
  if (product === "redis") return isFrom(version, 8, 6) ? null : `Redis ${version} has no HOTKEYS (8.6+)`;
  if (!isFrom(version, 9, 2)) return `Valkey ${version} has no HOTKEYS (9.2+)`;
  // Switching it on would be a change of the server's configuration: that is for its owner to do.
  const isOff = facts.config?.ok === true && facts.config.value["hotkey-top-k"] === "0";
  return isOff ? "hotkey-top-k is 0, so nothing is counted (CONFIG SET hotkey-top-k 20)" : null;
}

function noCommand(nodes: readonly ObservedNode[]): Missing {
  const unknown = nodes.every(({ facts }) => facts.server?.ok !== true);
  return missing(unknown ? "failed" : "not-supported", whyNot(nodes[0]));
}

function whyNot(node: ObservedNode | undefined): string {
  return (node && tracks(node)) ?? "there is no HOTKEYS";
}

/** Why OBJECT FREQ cannot be asked of all nodes; null when it can. */
function withoutCounters(nodes: readonly ObservedNode[]): Missing | null {
  for (const { node, facts } of nodes) {
    const { memory, config } = facts;
    const policy =
      (memory?.ok === true ? memory.value.maxmemoryPolicy : null) ??
      (config?.ok === true ? config.value["maxmemory-policy"] : undefined);
    if (policy === undefined)
      return missing(
        memory?.ok === false ? memory.cause : "failed",
        `the eviction policy of ${node.address} is not known, and only an LFU policy counts accesses`,
      );
    if (!policy.endsWith("-lfu"))
      return missing("not-supported", `accesses are counted only under an LFU policy (${node.address}: ${policy})`);
  }
  return null;
}

function isFrom(version: string, major: number, minor: number): boolean {
  const [ownMajor = 0, ownMinor = 0] = version.split(".").map(Number);
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}
