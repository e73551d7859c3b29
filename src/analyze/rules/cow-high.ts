import { toTenth } from "../round.js";
import { cannotJudge, defineRule, evidence, notApplicable, shellLine } from "../rule.js";

export const cowHigh = defineRule({
  id: "cow-high",
  category: "persistence",
  issue: "An RDB save copied much of the memory",
  priorities: ["info"],
  reason:
    "Pages written during a save are copied, up to twice the memory in all; above half the data the host needs that headroom or the kernel kills the server. Under 10 MiB it is noise.",
  source: "cachectl",
  thresholds: {
    percent: { default: 50, unit: "percent" },
    floorBytes: { default: 10 * 2 ** 20, unit: "bytes" },
  },
  needs: ["persistence", "memory"],
  check({ persistence, memory }, { node, thresholds }) {
    const { rdbLastCowBytes } = persistence;
    const { usedBytes } = memory;
    if (rdbLastCowBytes === null || usedBytes === null || usedBytes === 0)
      return cannotJudge("INFO does not show rdb_last_cow_size and used_memory");
    if (rdbLastCowBytes === 0) return notApplicable("no RDB save has been measured since the server started");
    const percent = (100 * rdbLastCowBytes) / usedBytes;
    if (percent <= thresholds.percent || rdbLastCowBytes <= thresholds.floorBytes) return null;
    return {
      priority: "info",
      action:
        "Leave the host that much free memory beyond maxmemory, save when few writes come in or on a replica, and disable transparent huge pages, which multiply the copying.",
      evidence: [
        evidence(node, "rdb_last_cow_size", rdbLastCowBytes, "bytes"),
        evidence(node, "used_memory", usedBytes, "bytes"),
        evidence(node, "copied share", toTenth(percent), "percent"),
      ],
      commands: [shellLine("cat /sys/kernel/mm/transparent_hugepage/enabled")],
    };
  },
});
