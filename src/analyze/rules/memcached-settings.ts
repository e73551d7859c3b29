import type { MemcachedSettingsFacts } from "../../model/facts.js";
import type { Priority } from "../../model/finding.js";
import type { NodeIdentity } from "../../model/node.js";
import { memcachedListensBeyondLoopback } from "../network-exposure.js";
import { cannotJudge, defineRule, evidence, serverCommand, type Draft } from "../rule.js";

export const memcachedSettings = defineRule({
  id: "memcached-settings",
  families: ["memcached"],
  category: "configuration",
  issue: "A setting is not what a cache in use needs",
  priorities: ["low", "medium", "high"],
  reason:
    "The LRU threads free expired items and keep hot ones, evictions make room for new ones; UDP lets strangers amplify attacks, and whoever reaches a port without login or TLS reads everything.",
  source: "Memcached protocol.txt",
  needs: ["memcachedSettings"],
  check({ memcachedSettings: settings }, { node }) {
    const unseen = ["lru_maintainer_thread", "lru_crawler", "evictions", "udpport"].filter(
      (name) => settings[name] === undefined,
    );
    const exposed = memcachedListensBeyondLoopback(settings);
    const drafts = [...lruAndEviction(node, settings), ...network(node, settings, exposed === true)];
    if (drafts.length > 0) return drafts;
    if (unseen.length > 0) return cannotJudge(`stats settings does not show ${unseen.join(", ")}`);
    return exposed === null ? cannotJudge("stats settings does not show inter") : null;
  },
});

function lruAndEviction(node: NodeIdentity, settings: MemcachedSettingsFacts): Draft[] {
  return [
    ...when(settings, ["lru_maintainer_thread", "no"], node, "medium", {
      issue: "The LRU maintainer is off",
      action:
        "Restart with -o lru_maintainer (the default since 1.5.0), so that items age in segments and expired ones are freed.",
    }),
    ...when(settings, ["lru_crawler", "no"], node, "medium", {
      issue: "The LRU crawler is off",
      action: "Turn it on, so that expired items give their memory back before they reach the tail.",
      commands: [serverCommand(node, "lru_crawler", "enable")],
    }),
    ...when(settings, ["evictions", "off"], node, "medium", {
      issue: "Evictions are off, so a full cache refuses writes",
      action: "Restart without -M, unless losing an item is worse than refusing a new one.",
    }),
  ];
}

function network(node: NodeIdentity, settings: MemcachedSettingsFacts, exposed: boolean): Draft[] {
  const { inter, udpport } = settings;
  const bind = evidence(node, "inter", inter ?? null);
  const noLogin = settings["auth_enabled_sasl"] === "no" && settings["auth_enabled_ascii"] !== "yes";
  const drafts: Draft[] = [];
  if (udpport !== undefined && udpport !== "0")
    drafts.push({
      priority: exposed ? "high" : "low",
      issue: "UDP is on",
      action:
        "Restart with -U 0: UDP has no handshake, so forged requests make the server flood a victim with its answers.",
      evidence: [evidence(node, "udpport", udpport), bind],
    });
  if (exposed && noLogin)
    drafts.push({
      priority: "medium",
      issue: "Anybody who reaches the port can use this server without a login",
      action: "Bind it to a private address (-l) behind a firewall, or turn on SASL (-S) or the token file (-Y).",
      evidence: [evidence(node, "auth_enabled_sasl", "no"), bind],
    });
  // Builds without TLS do not list the setting; on the wire that is the same.
  if (exposed && settings["ssl_enabled"] !== "yes")
    drafts.push({
      priority: "low",
      issue: "Clients on the network talk to this server without TLS",
      action:
        "Restart with -Z and a certificate, or keep the traffic on a trusted network and ignore this rule with that reason.",
      evidence: [evidence(node, "ssl_enabled", settings["ssl_enabled"] ?? null), bind],
    });
  return drafts;
}

function when(
  settings: MemcachedSettingsFacts,
  [name, bad]: [string, string],
  node: NodeIdentity,
  priority: Priority,
  rest: Pick<Draft, "action" | "commands"> & { issue: string },
): Draft[] {
  return settings[name] === bad ? [{ priority, ...rest, evidence: [evidence(node, name, bad)] }] : [];
}
