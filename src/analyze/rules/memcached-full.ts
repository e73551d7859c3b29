import { cannotJudge, defineRule, evidence, notApplicable, serverCommand } from "../rule.js";

const mebibyte = 2 ** 20;

export const memcachedFull = defineRule({
  id: "memcached-full",
  families: ["memcached"],
  category: "memory",
  issue: "The cache is nearly full",
  priorities: ["info"],
  reason:
    "A full cache is normal: it evicts what was not read for longest. It matters together with evictions and a falling hit rate. The usual alarms start at 90 %.",
  source: "awesome-prometheus-alerts, Zabbix",
  thresholds: { percent: { default: 90, unit: "percent" } },
  needs: ["memcachedStats"],
  check({ memcachedStats: { numbers } }, { node, thresholds }) {
    const { bytes, limit_maxbytes: limitBytes } = numbers;
    if (bytes === undefined || limitBytes === undefined)
      return cannotJudge("stats does not show bytes and limit_maxbytes");
    if (limitBytes === 0) return notApplicable("no memory limit is set");
    const percent = (100 * bytes) / limitBytes;
    if (percent <= thresholds.percent) return null;
    // Leaves the present items ten points below the threshold.
    const enoughMebibytes = Math.ceil((100 * bytes) / Math.max(thresholds.percent - 10, 1) / mebibyte);
    return {
      priority: "info",
      action:
        "If items are evicted before their time and the host has memory, raise the limit (-m keeps it over a restart).",
      evidence: [
        evidence(node, "bytes", bytes, "bytes"),
        evidence(node, "limit_maxbytes", limitBytes, "bytes"),
        evidence(node, "utilization", Math.round(percent * 10) / 10, "percent"),
      ],
      commands: [serverCommand(node, "cache_memlimit", String(enoughMebibytes))],
    };
  },
});
