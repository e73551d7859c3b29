import type { SentinelOther } from "../../model/facts.js";
import { isHeldDown, type SentinelGroup, type SentinelVoice } from "../../model/sentinel-group.js";
import { isUnheardSentinel } from "../../model/sentinel-sight.js";
import { defineSentinelRule, resetInTurn } from "../sentinel-rule.js";
import { evidence, type Draft } from "../rule.js";

export const sentinelStaleEntry = defineSentinelRule({
  id: "sentinel-stale-entry",
  category: "availability",
  issue: "Sentinels count one that does not exist any more",
  priorities: ["low", "medium"],
  reason:
    "A majority is counted over every sentinel ever seen, and none is forgotten by itself: each stale one makes a failover need more of those that are left (redis#9998).",
  source: "redis.io documentation",
  asks: "sentinels",
  judge(group) {
    const listed = group.agreeing.flatMap((voice) => voice.master.sentinelList.map((entry) => ({ voice, entry })));
    const replaced = listed.filter(({ entry }) => isReplaced(entry, group));
    const gone = listed.filter(
      ({ entry }) =>
        isHeldDown(entry) && !isReplaced(entry, group) && !isAlive(entry, group) && !isUnheardSentinel(entry),
    );
    return [
      ...draft(group, replaced, "medium", "Sentinels count one that does not exist any more", obsolete),
      ...draft(group, gone, "low", "Sentinels count one that is down as a voter", departed),
    ];
  },
});

const obsolete =
  "Let each sentinel forget it with SENTINEL RESET: one at a time, at least 30 seconds apart, while no failover runs, so that each has found the others and the replicas again before the next one forgets.";
const departed =
  "Bring it back if it is only down. If it was taken away for good, let each sentinel forget it with SENTINEL RESET: one at a time, at least 30 seconds apart, while no failover runs.";

/** Its address belongs to another id now: port 0 says so, or the sentinel that answers there. */
function isReplaced({ address, runId }: SentinelOther, { voices }: SentinelGroup): boolean {
  if (address.endsWith(":0")) return true;
  return voices.some(({ node, id }) => node.address === address && id !== null && id !== runId);
}

function isAlive({ address, runId }: SentinelOther, { voices }: SentinelGroup): boolean {
  return voices.some(({ node, id }) => id === runId || node.address === address);
}

function draft(
  { name }: SentinelGroup,
  stale: { voice: SentinelVoice; entry: SentinelOther }[],
  priority: Draft["priority"],
  issue: string,
  action: string,
): Draft[] {
  if (stale.length === 0) return [];
  const holders = [...new Map(stale.map(({ voice }) => [voice.node.address, voice.node])).values()];
  return [
    {
      priority,
      issue,
      action,
      evidence: stale.flatMap(({ voice: { node }, entry }) => [
        evidence(node, `sentinel ${entry.runId.slice(0, 8)} of ${name}`, `${entry.address} ${entry.flags.join(",")}`),
      ]),
      commands: resetInTurn(holders, name),
    },
  ];
}
