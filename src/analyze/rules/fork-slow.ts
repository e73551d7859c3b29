import { toHundredth } from "../round.js";
import { cannotJudge, defineRule, evidence, notApplicable, serverCommand, shellLine } from "../rule.js";

export const forkSlow = defineRule({
  id: "fork-slow",
  category: "latency",
  issue: "Forking for a snapshot, an AOF rewrite or a full resync stalls the server",
  priorities: ["medium"],
  reason:
    "The server answers nobody while it forks. LATENCY DOCTOR calls less than 10 GB a second terrible; below 100 ms the stall hurts nobody, whatever the rate.",
  source: "LATENCY DOCTOR",
  thresholds: {
    gigabytesPerSecond: { default: 10, unit: "per-second" },
    floorMs: { default: 100, unit: "milliseconds" },
  },
  needs: ["memory", "counters"],
  check({ memory, counters }, { node, thresholds }) {
    const forkUsec = counters["latest_fork_usec"];
    const { usedBytes } = memory;
    if (forkUsec === undefined || usedBytes === null)
      return cannotJudge("INFO does not show latest_fork_usec and used_memory");
    if (forkUsec === 0) return notApplicable("the server has not forked since it started");
    const gigabytesPerSecond = (usedBytes * 1e6) / forkUsec / 2 ** 30;
    if (forkUsec <= thresholds.floorMs * 1_000 || gigabytesPerSecond >= thresholds.gigabytesPerSecond) return null;
    return {
      priority: "medium",
      action:
        "Run smaller shards, on a hypervisor with fast fork (HVM rather than Xen PV), with transparent huge pages disabled; or leave persistence to a replica.",
      evidence: [
        evidence(node, "latest_fork_usec", forkUsec, "microseconds"),
        evidence(node, "used_memory", usedBytes, "bytes"),
        evidence(node, "fork rate in GB", toHundredth(gigabytesPerSecond), "per-second"),
      ],
      commands: [
        serverCommand(node, "LATENCY", "HISTORY", "fork"),
        shellLine("cat /sys/kernel/mm/transparent_hugepage/enabled"),
      ],
    };
  },
});
