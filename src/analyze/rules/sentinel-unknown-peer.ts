import { hostOf, type NodeIdentity } from "../../model/node.js";
import type { SentinelGroup } from "../../model/sentinel-group.js";
import { lists, sameIds } from "../../model/sentinel-identity.js";
import { defineSentinelRule } from "../sentinel-rule.js";
import { evidence, serverCommand, type Draft } from "../rule.js";

export const sentinelUnknownPeer = defineSentinelRule({
  id: "sentinel-unknown-peer",
  category: "availability",
  issue: "Sentinels of one master do not know each other",
  priorities: ["medium"],
  reason:
    "Only those that know each other count each other's votes. They meet through the master and its replicas, where each announces itself every two seconds.",
  source: "redis.io documentation",
  asks: "sentinels",
  judge(group) {
    return [...strangers(group), ...unmet(group)];
  },
});

function unmet(group: SentinelGroup): Draft[] {
  const { name, agreeing } = group;
  const ofOneId = new Set(sameIds(group).flatMap(({ pair }) => pair));
  const pairs = agreeing.flatMap((voice) =>
    agreeing
      .filter((other) => other !== voice && !lists(voice, other) && !(ofOneId.has(voice) || ofOneId.has(other)))
      .map((other) => ({ voice, other })),
  );
  if (pairs.length === 0) return [];
  return [
    {
      priority: "medium",
      confidence: "medium",
      action:
        "Look again after some seconds, in case one was just started. If it stays, check that each of them is logged in to the master with the right to SUBSCRIBE and PUBLISH on __sentinel__:hello.",
      evidence: pairs.map(({ voice, other }) => evidence(voice.node, `does not know for ${name}`, other.node.address)),
      commands: pairs.map(({ voice }) => serverCommand(voice.node, "SENTINEL", "SENTINELS", name)),
    },
  ];
}

/** Only where others count on it: a profile may name sentinels of several groups. */
function strangers({ name, address, voices, agreeing, strangers: all }: SentinelGroup): Draft[] {
  const counted = (node: NodeIdentity) =>
    voices.some(({ master }) => master.sentinelList.some((entry) => entry.address === node.address));
  const found = all.filter(counted);
  if (found.length === 0) return [];
  const colon = address.lastIndexOf(":");
  const quorum = String(agreeing[0]?.master.quorum ?? Math.floor(voices.length / 2) + 1);
  return [
    {
      priority: "medium",
      issue: "A sentinel does not watch a master that others count on it for",
      action:
        "Let it watch the master, then set what the others have: auth-pass, down-after-milliseconds, failover-timeout, parallel-syncs (SENTINEL SET).",
      evidence: found.map((node) => evidence(node, `watches ${name}`, false)),
      commands: found.map((node) =>
        serverCommand(node, "SENTINEL", "MONITOR", name, hostOf(address), address.slice(colon + 1), quorum),
      ),
    },
  ];
}
