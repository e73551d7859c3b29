import { addressEvidence, defineSentinelRule, settingOf } from "../sentinel-rule.js";
import { serverCommand, type Draft } from "../rule.js";

export const sentinelWriteLoss = defineSentinelRule({
  id: "sentinel-write-loss",
  category: "replication",
  issue: "A master that is cut off would go on taking writes, which are lost",
  priorities: ["info", "low", "medium"],
  reason:
    "While the others elect a new master, the old one behind the partition knows nothing of it. With min-replicas-to-write it stops once no replica has acknowledged for min-replicas-max-lag seconds.",
  source: "redis.io documentation",
  asks: "sentinels and settings",
  judge({ primary, replicas }, { target }): Draft[] {
    if (replicas.length === 0) return [];
    // Any of them may be the master tomorrow.
    const open = [primary, ...replicas].filter(
      (server) =>
        settingOf(server, "min-replicas-to-write") === "0" || settingOf(server, "min-replicas-max-lag") === "0",
    );
    if (open.length === 0) return [];
    return [
      {
        // With one replica, its loss would stop the writes: that is a choice, not a fault.
        priority: target.role === "cache" ? "info" : replicas.length === 1 ? "low" : "medium",
        action:
          replicas.length === 1
            ? "If no acknowledged write may be lost, set min-replicas-to-write to 1 on every server, and keep it with CONFIG REWRITE; with one replica, writes then stop while that is away."
            : "Set min-replicas-to-write to 1 on every server, and keep it with CONFIG REWRITE.",
        nodes: open.map(({ address }) => address),
        evidence: open.flatMap((server) => [
          addressEvidence(server.address, "min-replicas-to-write", settingOf(server, "min-replicas-to-write")),
          addressEvidence(server.address, "min-replicas-max-lag", settingOf(server, "min-replicas-max-lag")),
        ]),
        commands: open.flatMap((server) =>
          server.node === null
            ? []
            : [
                ...(settingOf(server, "min-replicas-max-lag") === "0"
                  ? [serverCommand(server.node, "CONFIG", "SET", "min-replicas-max-lag", "10")]
                  : []),
                ...(settingOf(server, "min-replicas-to-write") === "0"
                  ? [serverCommand(server.node, "CONFIG", "SET", "min-replicas-to-write", "1")]
                  : []),
              ],
        ),
      },
    ];
  },
});
