import type { Num } from "../../model/facts.js";
import { cannotJudge, defineRule, evidence, serverCommand, type Draft } from "../rule.js";

const mebibyte = 2 ** 20;

export const rssOverhead = defineRule({
  id: "rss-overhead",
  category: "memory",
  issue: "The process holds memory that is not data",
  priorities: ["info"],
  reason: "MEMORY DOCTOR mentions ratios above 1.1 if more than 10 MiB are at stake, and skips instances under 5 MiB.",
  source: "MEMORY DOCTOR",
  thresholds: {
    ratio: { default: 1.1, unit: "ratio" },
    minBytes: { default: 10 * mebibyte, unit: "bytes" },
    minUsedBytes: { default: 5 * mebibyte, unit: "bytes" },
  },
  needs: ["memory"],
  check({ memory }, { node, thresholds }) {
    const { usedBytes, allocatorRssRatio, allocatorRssBytes, rssOverheadRatio, rssOverheadBytes } = memory;
    if (usedBytes === null) return cannotJudge("INFO does not show used_memory");
    if (usedBytes < thresholds.minUsedBytes) return null;
    const exceeds = (ratio: Num, bytes: Num) =>
      ratio !== null && bytes !== null && ratio > thresholds.ratio && bytes > thresholds.minBytes;
    const drafts: Draft[] = [];
    if (exceeds(allocatorRssRatio, allocatorRssBytes))
      drafts.push({
        priority: "info",
        issue: "The allocator keeps free pages instead of handing them back",
        action: "Run MEMORY PURGE if the host needs the memory.",
        evidence: [
          evidence(node, "allocator_rss_ratio", allocatorRssRatio, "ratio"),
          evidence(node, "allocator_rss_bytes", allocatorRssBytes, "bytes"),
        ],
        commands: [serverCommand(node, "MEMORY", "PURGE")],
      });
    if (exceeds(rssOverheadRatio, rssOverheadBytes))
      drafts.push({
        priority: "info",
        issue: "Memory outside the allocator is in use, usually by modules, scripts or a fork",
        action: "Look at what modules and scripts hold; the server itself cannot give it back.",
        evidence: [
          evidence(node, "rss_overhead_ratio", rssOverheadRatio, "ratio"),
          evidence(node, "rss_overhead_bytes", rssOverheadBytes, "bytes"),
        ],
        commands: [serverCommand(node, "MODULE", "LIST")],
      });
    if (drafts.length > 0) return drafts;
    const fields = [allocatorRssRatio, allocatorRssBytes, rssOverheadRatio, rssOverheadBytes];
    return fields.includes(null) ? cannotJudge("INFO does not show allocator_rss and rss_overhead") : null;
  },
});
