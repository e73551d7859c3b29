import type { EvictionNode } from "../../model/eviction-node.js";
import {
  evictionPolicies,
  policySetting,
  redisSettings,
  type EvictionSettings,
} from "../../model/eviction-settings.js";
import type { PlanRefusal } from "../../model/slot-plan.js";
import { isAtLeast } from "../../model/version-number.js";
import { refuse } from "../refuse.js";

/** Why these servers cannot have these settings; null when they can. Pure. */
export function checkServers(nodes: readonly EvictionNode[], wanted: EvictionSettings): PlanRefusal | null {
  for (const node of nodes) {
    const refusal =
      node.product === "memcached"
        ? checkMemcached(node, wanted)
        : (checkVersion(node, wanted) ?? checkKnown(node, wanted) ?? checkMaxmemory(node, wanted));
    if (refusal !== null) return refusal;
  }
  return null;
}

function checkVersion(node: EvictionNode, wanted: EvictionSettings): PlanRefusal | null {
  const policy = wanted[policySetting];
  const known = policy === undefined ? undefined : evictionPolicies[policy];
  if (policy !== undefined && known !== undefined) {
    if (node.product === "valkey" && !known.valkey) return lacks(node, policy, `Redis ${known.since} brought it`);
    if (node.product === "redis" && isOlder(node, known.since))
      return lacks(node, policy, `Redis ${known.since} brought it`);
  }
  for (const name of Object.keys(wanted)) {
    const since = redisSettings[name]?.since;
    if (since !== undefined && node.product === "redis" && isOlder(node, since))
      return lacks(node, name, `Redis ${since} brought it`);
  }
  return null;
}

function isOlder({ version }: EvictionNode, since: string | null): boolean {
  return since !== null && version !== null && isAtLeast(version, since) === false;
}

function lacks({ address, product, version }: EvictionNode, what: string, why: string): PlanRefusal {
  const name = product === "valkey" ? "Valkey" : "Redis";
  return refuse(
    "newer-than-the-server",
    `${address} runs ${name} ${version ?? "of unknown version"}, which has no ${what}: ${why}.`,
    "Choose what every node has: all of them must be set alike.",
  );
}

/** A value that is not known cannot be put back. */
function checkKnown(
  { address, settings, settingsUnknown }: EvictionNode,
  wanted: EvictionSettings,
): PlanRefusal | null {
  const unknown = Object.keys(wanted).filter((name) => settings[name] === undefined);
  if (unknown.length === 0) return null;
  return refuse(
    "setting-unknown",
    `${address} does not show its present ${unknown.join(", ")}${settingsUnknown === null ? "" : `: ${settingsUnknown.reason}`}.`,
    "Without the present values nothing could be rolled back. Leave these settings out, or use a login that may CONFIG GET.",
  );
}

/** Why this node cannot have this limit without losing keys or refusing writes at once; null where it can, or keeps what it has. */
export function checkMaxmemory(node: EvictionNode, wanted: EvictionSettings): PlanRefusal | null {
  const bytes = Number(wanted["maxmemory"] ?? 0);
  // Without a limit, and where the present one stays, nothing new is pressed out.
  if (bytes === 0 || wanted["maxmemory"] === node.settings["maxmemory"]) return null;
  const { address, countedBytes } = node;
  if (countedBytes === null)
    return refuse(
      "memory-unknown",
      `how much memory ${address} uses is not known, so whether maxmemory ${bytes} is enough cannot be told.`,
      "Use a login that may ask INFO memory.",
    );
  if (bytes >= countedBytes) return null;
  return refuse(
    "maxmemory-below-used",
    `maxmemory ${bytes} is below the ${countedBytes} bytes that ${address} holds against it: at once it would evict ${countedBytes - bytes} bytes, or refuse every write.`,
    "Choose a limit above what is used, or free memory first (cachectl bigkeys shows what takes it).",
  );
}

function checkMemcached(node: EvictionNode, wanted: EvictionSettings): PlanRefusal | null {
  const { address, version, settings, stats } = node;
  const unknown = Object.keys(wanted).filter((name) => settings[name] === undefined);
  if (unknown.length > 0)
    return refuse(
      "setting-unknown",
      `${address} (Memcached ${version ?? "of unknown version"}) does not show ${unknown.join(", ")} in stats settings.`,
      "This version does not have it, or a service hides it: what cannot be seen cannot be verified or rolled back.",
    );
  const needsMaintainer = ["lru mode", "lru temp_ttl"].filter((name) => wanted[name] !== undefined);
  if (needsMaintainer.length === 0 || stats["lru_maintainer_thread"] !== "no") return null;
  return refuse(
    "needs-lru-maintainer",
    `${address} was started without the LRU maintainer, so it refuses ${needsMaintainer.join(" and ")}.`,
    "Restart it with -o lru_maintainer (the default since 1.5.0), without no_modern and no_lru_maintainer.",
  );
}
