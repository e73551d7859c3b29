import { defineRule, evidence, notApplicable } from "../rule.js";
import { growth, windowEvidence } from "../window.js";

export const memcachedItemTooLarge = defineRule({
  id: "memcached-item-too-large",
  families: ["memcached"],
  category: "errors",
  issue: "Items are refused because they are larger than the limit",
  priorities: ["info"],
  reason: "The client gets an error that many libraries swallow, and the value is a miss for ever.",
  source: "awesome-prometheus-alerts",
  needs: ["memcachedWindow"],
  wants: ["memcachedSettings"],
  check({ memcachedWindow }, { node }, { memcachedSettings }) {
    const tooLarge = growth(memcachedWindow, "store_too_large");
    if (tooLarge === null) return notApplicable("this version does not report store_too_large");
    if (tooLarge === 0) return null;
    const limitBytes = memcachedSettings.ok
      ? Number(memcachedSettings.value["item_size_max"] ?? Number.NaN)
      : Number.NaN;
    return {
      priority: "info",
      action: "Compress or split the values, or restart with a larger -I.",
      evidence: [
        evidence(node, "store_too_large", tooLarge, "count"),
        ...(Number.isNaN(limitBytes) ? [] : [evidence(node, "item_size_max", limitBytes, "bytes")]),
        windowEvidence(node, memcachedWindow),
      ],
    };
  },
});
