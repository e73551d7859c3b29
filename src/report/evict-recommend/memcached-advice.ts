import type { MemcachedAdvice } from "../../model/eviction-advice.js";
import type { ObservedTarget } from "../../model/observation.js";
import type { Recommendation, Section } from "../../model/report.js";
import { commandLineOf } from "../recommendation.js";
import { doubtSections } from "./advice-sections.js";

interface Advised {
  observed: ObservedTarget;
  advice: MemcachedAdvice;
}

export function memcachedRecommendations({ observed, advice }: Advised): Recommendation[] {
  return advice.changes.map(({ id, node, issue, action, evidence, commands }) => ({
    ...{ ruleId: id, category: id === "memcached-more-memory" ? "memory" : "eviction", target: advice.target },
    ...{ node, nodes: [node], issue, action, evidence, priority: "medium" },
    reason: "The server's own counters speak against the setting in force.",
    commands: commands.map((command) => commandLineOf(command, observed)),
    // Evictions are counted since start: what was mended may still show.
    confidence: "medium",
  }));
}

export function memcachedSections({ advice }: Advised, several: boolean): Section[] {
  const title = (text: string) => (several ? `${text}: ${advice.target}` : text);
  return [
    {
      ...{ kind: "table", id: "memcached-settings", title: title("SETTINGS"), target: advice.target },
      columns: [
        { key: "node", label: "node", unit: "text" },
        { key: "setting", label: "setting", unit: "text" },
        { key: "value", label: "value", unit: "text" },
        { key: "says", label: "what it says", unit: "text", importance: 9 },
      ],
      rows: advice.settings.map((row) => ({ ...row })),
    },
    ...doubtSections(advice.target, advice.doubts, title),
  ];
}
