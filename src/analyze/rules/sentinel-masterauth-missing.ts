import type { DataNode } from "../../model/sentinel-group.js";
import { addressEvidence, defineSentinelRule, settingOf } from "../sentinel-rule.js";
import type { Draft } from "../rule.js";
import { passwordLine } from "../set-password.js";

export const sentinelMasterauthMissing = defineSentinelRule({
  id: "sentinel-masterauth-missing",
  category: "replication",
  issue: "A server has no masterauth, though the others ask for a password",
  priorities: ["high"],
  reason:
    "After a failover every server, the old master too, follows another one and must log in there. Without masterauth it never syncs again, and nobody notices until then.",
  source: "redis.io documentation",
  asks: "sentinels and settings",
  judge({ primary, replicas }): Draft[] {
    const servers = [primary, ...replicas].filter(({ facts }) => facts.config?.ok === true);
    const asking = servers.filter((server) => isSet(server, "requirepass"));
    const without = servers.filter(
      (server) => !hasPrimaryPassword(server) && asking.some((other) => other.address !== server.address),
    );
    if (without.length === 0) return [];
    return [
      {
        priority: "high",
        action: "Set masterauth there to the password of the others, then CONFIG REWRITE so that a restart keeps it.",
        nodes: without.map(({ address }) => address),
        evidence: [
          ...without.map(({ address }) => addressEvidence(address, "masterauth", "not set")),
          ...asking.map(({ address }) => addressEvidence(address, "requirepass", "set")),
        ],
        commands: without.flatMap(({ node }) =>
          node === null ? [] : [passwordLine(node, "CONFIG", "SET", "masterauth")],
        ),
      },
    ];
  },
});

function hasPrimaryPassword(server: DataNode): boolean {
  return isSet(server, "masterauth") || isSet(server, "primaryauth");
}

function isSet(server: DataNode, name: string): boolean {
  return (settingOf(server, name) ?? "") !== "";
}
