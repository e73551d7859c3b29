import type { FleetNode } from "../../model/node-port.js";
import type { Profile } from "../../model/profile.js";
import type { NodeConnections } from "../node-connections.js";
import { addMonitored, allFailed, askSentinel, unmonitored, type SentinelAnswer } from "./sentinel.js";

/**
 * Follows what every sentinel lists, until none names one that was not asked: in a group that disagrees, no sentinel alone knows
 * all nodes. Waits for every sentinel, at most the connect timeout and one command for each round of new names.
 */
export async function discoverSentinelGroup(
  profile: Profile,
  masterNames: readonly string[],
  nodes: NodeConnections,
): Promise<() => Promise<string[]>> {
  const seeds = profile.seeds.map((seed) => nodes.add(seed, "sentinel", "sentinel"));
  if (!profile.discover) return () => Promise.resolve([]);
  const asked = new Map<string, Promise<SentinelAnswer>>();
  const answers: SentinelAnswer[] = [];
  let next: FleetNode[] = seeds;
  while (next.length > 0) {
    const round = next.map((node) => askSentinel(node, masterNames));
    next.forEach(({ identity }, index) => {
      const answer = round[index];
      if (answer !== undefined) asked.set(identity.address, answer);
    });
    const told = (await Promise.allSettled(round)).flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
    answers.push(...told);
    const named = new Map(told.flatMap((answer) => addMonitored(nodes, answer)).map((n) => [n.identity.address, n]));
    next = [...named.values()].filter(({ identity }) => !asked.has(identity.address));
  }
  if (answers.length === 0) return () => allFailed([...asked.values()]);
  // One that watches nothing of it is told by a rule; only when none does, there is nothing to judge.
  const best = answers.find(({ monitored }) => monitored.length > 0) ?? answers[0];
  const name = masterNames.length === 1 ? (masterNames[0] ?? null) : null;
  return () => Promise.resolve(best === undefined ? [] : unmonitored(name, best));
}
