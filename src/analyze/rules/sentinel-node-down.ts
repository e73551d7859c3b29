import { heldDown, type HeldDown } from "../../model/sentinel-sight.js";
import { defineSentinelRule } from "../sentinel-rule.js";
import { evidence, serverCommand, type Draft } from "../rule.js";

export const sentinelNodeDown = defineSentinelRule({
  id: "sentinel-node-down",
  category: "availability",
  issue: "The sentinels hold the master for down",
  priorities: ["medium", "high", "critical"],
  reason:
    "s_down is one sentinel's own judgement after down-after-milliseconds without a valid answer, o_down that of the quorum: it starts a failover.",
  source: "redis.io documentation",
  asks: "sentinels",
  judge(group) {
    // sentinel-login-refused and sentinel-announced-address know more about the others.
    const silent = heldDown(group).filter(({ why }) => why === "silent");
    const primary = silent.filter(({ isPrimary }) => isPrimary);
    const agreed = primary.some(({ entry }) => entry.flags.includes("o_down"));
    return [
      ...draft(
        group.name,
        primary,
        agreed ? "critical" : "high",
        agreed ? "The sentinels hold the master for down" : "A sentinel holds the master for down, without the quorum",
        agreed
          ? "If no failover follows within seconds, the logs of the sentinels say why: no majority, no replica to promote, or the last attempt was less than twice failover-timeout ago."
          : "If the master answers others, look at the network between it and this sentinel.",
      ),
      ...draft(
        group.name,
        silent.filter(({ isPrimary }) => !isPrimary),
        "medium",
        "A replica is held for down",
        "Bring it back. If it was taken away for good, let the sentinels forget it: SENTINEL RESET on one at a time, at least 30 seconds apart.",
      ),
    ];
  },
});

function draft(
  name: string,
  held: readonly HeldDown[],
  priority: Draft["priority"],
  issue: string,
  action: string,
): Draft[] {
  if (held.length === 0) return [];
  return [
    {
      priority,
      issue,
      action,
      nodes: held.map(({ server }) => server.address),
      evidence: held.map(({ voice: { node }, announced, entry }) =>
        evidence(node, `flags of ${announced} (${name})`, entry.flags.join(",")),
      ),
      commands: held
        .slice(0, 1)
        .map(({ voice: { node }, isPrimary }) =>
          serverCommand(node, "SENTINEL", isPrimary ? "MASTER" : "REPLICAS", name),
        ),
    },
  ];
}
