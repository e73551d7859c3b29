import type { DataNode, SentinelGroup } from "../../model/sentinel-group.js";
import { addressEvidence, defineSentinelRule } from "../sentinel-rule.js";
import { evidence, serverCommand, type Draft } from "../rule.js";

interface Stall {
  server: DataNode;
  what: string;
  ms: number;
}

export const sentinelDownAfterTight = defineSentinelRule({
  id: "sentinel-down-after-tight",
  category: "availability",
  issue: "down-after-milliseconds is close to stalls that these servers have had",
  priorities: ["medium"],
  reason:
    "A server that stalls for longer than down-after-milliseconds is failed over, though it would have gone on. The longest stall ought to fit in twice: what was seen is not the worst that comes.",
  source: "cachectl",
  thresholds: { stallPercent: { default: 50, unit: "percent" } },
  asks: "sentinels and servers",
  // A stall that nobody may see is not one that never was.
  unseen: ({ primary, replicas }) =>
    [primary, ...replicas].flatMap(({ address, facts: { latency, counters } }) =>
      [latency, counters].flatMap((fact) =>
        fact?.ok === false && fact.cause !== "not-supported" ? [`${address}: ${fact.reason}`] : [],
      ),
    ),
  judge(group, { thresholds }): Draft[] {
    const tight = group.agreeing.flatMap(({ node, master: { downAfterMs } }) => {
      const worst = longestStall(group);
      if (downAfterMs === null || worst === null) return [];
      return worst.ms * 100 > downAfterMs * thresholds.stallPercent ? [{ node, downAfterMs, worst }] : [];
    });
    const [first] = tight;
    if (first === undefined) return [];
    const { server, what, ms } = first.worst;
    // To the next whole second above twice the stall.
    const wanted = Math.ceil((2 * ms) / 1_000) * 1_000;
    return [
      {
        priority: "medium",
        action: "Raise down-after-milliseconds on every sentinel, or find and mend what stalls the server.",
        evidence: [
          addressEvidence(server.address, what, Math.round(ms), "milliseconds"),
          ...tight.map(({ node, downAfterMs }) =>
            evidence(node, `down-after-milliseconds of ${group.name}`, downAfterMs, "milliseconds"),
          ),
        ],
        commands: tight.map(({ node }) =>
          serverCommand(node, "SENTINEL", "SET", group.name, "down-after-milliseconds", String(wanted)),
        ),
      },
    ];
  },
});

/** The last fork and, where the latency monitor is on, the worst of every event: both stop the server from answering PING. */
function longestStall({ primary, replicas }: SentinelGroup): Stall | null {
  const stalls = [primary, ...replicas].flatMap((server): Stall[] => {
    const { counters, latency } = server.facts;
    const forkUsec = counters?.ok === true ? (counters.value["latest_fork_usec"] ?? 0) : 0;
    const events = latency?.ok === true ? Object.entries(latency.value) : [];
    return [
      { server, what: "latest_fork_usec", ms: forkUsec / 1_000 },
      ...events.map(([event, { maxMs }]) => ({ server, what: `LATENCY LATEST ${event}, worst`, ms: maxMs })),
    ];
  });
  return stalls.sort((a, b) => b.ms - a.ms)[0] ?? null;
}
