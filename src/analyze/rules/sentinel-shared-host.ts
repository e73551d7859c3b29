import { hostOf } from "../../model/node.js";
import { isThrowaway } from "../environment.js";
import { defineSentinelRule } from "../sentinel-rule.js";
import { evidence } from "../rule.js";

export const sentinelSharedHost = defineSentinelRule({
  id: "sentinel-shared-host",
  category: "availability",
  issue: "Several sentinels of one master are on one host",
  priorities: ["info", "medium"],
  reason:
    "They fail together, so they count as one when it matters, and as several in the majority that is then missing.",
  source: "redis.io documentation",
  asks: "sentinels",
  judge({ name, voices }, { target }) {
    const byHost = new Map<string, typeof voices>();
    for (const voice of voices) {
      const host = hostOf(voice.node.address);
      byHost.set(host, [...(byHost.get(host) ?? []), voice]);
    }
    const shared = [...byHost].filter(([, together]) => together.length > 1);
    if (shared.length === 0) return [];
    return [
      {
        priority: isThrowaway(target) ? "info" : "medium",
        action: "Move all but one of them to hosts of their own, in other zones where there are some.",
        evidence: shared.flatMap(([host, together]) =>
          together.map(({ node }) => evidence(node, `host of a sentinel of ${name}`, host)),
        ),
      },
    ];
  },
});
