import type { SentinelGroup } from "../../model/sentinel-group.js";
import { heldDown, isUnheardSentinel } from "../../model/sentinel-sight.js";
import { addressEvidence, defineSentinelRule, resetInTurn } from "../sentinel-rule.js";
import { evidence, serverCommand, type Draft } from "../rule.js";

export const sentinelAnnouncedAddress = defineSentinelRule({
  id: "sentinel-announced-address",
  category: "availability",
  issue: "A server lives, and nobody reaches it at the address that it announces",
  priorities: ["high"],
  reason:
    "Behind address translation or in containers, a server that announces an address of its inside cannot be promoted, and clients that are sent there find nobody (redis#2335, redis#6218).",
  source: "redis.io documentation",
  asks: "sentinels and servers",
  judge(group) {
    return [...unheardReplicas(group), ...unheardSentinels(group)];
  },
});

function unheardReplicas(group: SentinelGroup): Draft[] {
  const unheard = heldDown(group).filter(({ why }) => why === "unheard");
  if (unheard.length === 0) return [];
  const addresses = [...new Set(unheard.map(({ announced }) => announced))];
  const sentinels = group.agreeing.map(({ node }) => node);
  const { node } = group.primary;
  return [
    {
      priority: "high",
      action:
        "On that replica, set replica-announce-ip and replica-announce-port to what all sentinels and clients reach, and CONFIG REWRITE; cut its link to the master (CLIENT KILL TYPE replica there), so that it announces itself anew. Then let the sentinels forget the wrong address one at a time, at least 30 seconds apart.",
      nodes: addresses,
      evidence: [
        ...addresses.map((address) =>
          addressEvidence(group.primary.address, `replica ${address}`, "online, and acknowledges"),
        ),
        ...unheard.map(({ voice, announced, entry }) =>
          evidence(voice.node, `flags of ${announced}`, entry.flags.join(",")),
        ),
      ],
      commands: [
        ...(node === null ? [] : [serverCommand(node, "CLIENT", "KILL", "TYPE", "replica")]),
        ...resetInTurn(sentinels, group.name),
      ],
    },
  ];
}

/** Announcements go through the master and its replicas, so they come from wherever the sentinel is. */
function unheardSentinels({ name, agreeing }: SentinelGroup): Draft[] {
  const unheard = agreeing.flatMap((voice) =>
    voice.master.sentinelList.filter(isUnheardSentinel).map((entry) => ({ voice, entry })),
  );
  if (unheard.length === 0) return [];
  return [
    {
      priority: "high",
      issue: "A sentinel lives, and the others do not reach it at the address that it announces",
      action:
        "Set announce-ip and announce-port there to what the other sentinels reach (SENTINEL CONFIG SET from 6.2 on, else its configuration file); check the firewall for the sentinels' port.",
      evidence: unheard.flatMap(({ voice, entry }) => [
        evidence(voice.node, `flags of ${entry.address} for ${name}`, entry.flags.join(",")),
        evidence(voice.node, "last-hello-message", entry.lastHelloMs, "milliseconds"),
      ]),
    },
  ];
}
