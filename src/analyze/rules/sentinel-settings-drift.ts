import type { SentinelMasterFacts } from "../../model/facts.js";
import { monitoredMasters, oddOnes } from "../monitored-masters.js";
import { defineTargetRule, evidence, notApplicable, serverCommand, shellLine, type Draft } from "../rule.js";

const settings: [name: string, of: (master: SentinelMasterFacts) => number | null][] = [
  ["quorum", ({ quorum }) => quorum],
  ["down-after-milliseconds", ({ downAfterMs }) => downAfterMs],
  ["failover-timeout", ({ failoverTimeoutMs }) => failoverTimeoutMs],
  ["parallel-syncs", ({ parallelSyncs }) => parallelSyncs],
];

/** Of the sentinel itself: with names on some and addresses on others, they do not recognise what they tell each other. */
const hostnameSettings = ["resolve-hostnames", "announce-hostnames"];

export const sentinelSettingsDrift = defineTargetRule({
  id: "sentinel-settings-drift",
  families: ["sentinel"],
  category: "availability",
  issue: "The sentinels are set differently",
  priorities: ["medium"],
  reason:
    "SENTINEL SET reaches one sentinel only. Whoever wins the election leads with its own settings, and with another down-after-milliseconds or quorum the sentinels do not agree when the master is down.",
  source: "redis.io documentation",
  needs: ["sentinel"],
  wants: ["sentinelViews"],
  check(views) {
    if (views.length < 2) return notApplicable("only one sentinel answered");
    const own = hostnameSettings.flatMap((name): Draft[] => {
      const drift = oddOnes(views, ({ wanted: { sentinelViews: fact } }) =>
        fact.ok ? (fact.value.settings[name] ?? null) : null,
      );
      if (drift === null) return [];
      return [
        draft(
          drift.odd.map(({ entry, value }) => evidence(entry.node, name, value)),
          drift.odd.map(({ entry }) => serverCommand(entry.node, "SENTINEL", "CONFIG", "SET", name, drift.usual)),
        ),
      ];
    });
    return [...monitoredMasters(views).flatMap(([name, watching]) => driftOf(name, watching)), ...own];
  },
});

function driftOf(name: string, watching: ReturnType<typeof monitoredMasters>[number][1]): Draft[] {
  const drifts = settings.flatMap(([setting, of]) => {
    const drift = oddOnes(watching, ({ master }) => of(master));
    return drift === null ? [] : [{ setting, of, ...drift }];
  });
  if (drifts.length === 0) return [];
  return [
    draft(
      drifts.flatMap(({ setting, of }) =>
        watching.map(({ node, master }) => evidence(node, `${setting} of ${name}`, of(master), "count")),
      ),
      drifts.flatMap(({ setting, usual, odd }) =>
        odd.map(({ entry }) => serverCommand(entry.node, "SENTINEL", "SET", name, setting, String(usual))),
      ),
    ),
  ];
}

function draft(found: Draft["evidence"], commands: ReturnType<typeof shellLine>[]): Draft {
  return {
    priority: "medium",
    action: "Decide which value is meant and set it on the others; a sentinel writes it to its own configuration file.",
    evidence: found,
    commands,
  };
}
