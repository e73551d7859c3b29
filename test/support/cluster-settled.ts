import { waitUntil, type RedisServer } from "./servers/index.js";

/**
 * Waits until every member sees the same healthy cluster of just these members: 16,384 slots covered, none open. Gossip takes
 * its time; what does not become true within the deadline is told with what was seen last.
 */
export async function untilSettled(members: RedisServer[], timeoutMs = 30_000): Promise<void> {
  let problems: string[] = [];
  try {
    await waitUntil(
      async () => {
        problems = await problemsOf(members);
        return problems.length === 0;
      },
      { what: "the cluster is settled", timeoutMs, everyMs: 50 },
    );
  } catch (error) {
    throw new Error(`the cluster is not settled: ${problems.join("; ") || String(error)}`, { cause: error });
  }
}

/** What stands against it just now, by every member's own word. Sentences. */
export async function problemsOf(members: RedisServer[]): Promise<string[]> {
  const views = await Promise.all(members.map(viewOf));
  const problems = views.flatMap((view) => view.problems);
  for (const { address, memberCount } of views)
    if (memberCount !== members.length) problems.push(`${address} knows ${memberCount} members`);
  const [first] = views;
  for (const view of views.slice(1))
    if (view.account !== first?.account) problems.push(`${view.address} and ${first?.address} see different clusters`);
  return problems;
}

interface View {
  address: string;
  memberCount: number;
  /** Ids, roles and slots, in one spelling. */
  account: string;
  problems: string[];
}

async function viewOf(member: RedisServer): Promise<View> {
  const { address } = member;
  const info = String(await member.call("CLUSTER", "INFO"));
  const nodes = String(await member.call("CLUSTER", "NODES"));
  const lines = nodes
    .trim()
    .split("\n")
    .map((line) => line.split(" "));
  const problems: string[] = [];
  if (!info.includes("cluster_state:ok")) problems.push(`${address} says cluster_state:fail`);
  const covered = lines.flatMap(([, , , , , , , , ...slots]) => slots.filter((slot) => !slot.startsWith("[")));
  const count = covered.reduce((sum, range) => sum + sizeOf(range), 0);
  if (count !== 16_384) problems.push(`${address} sees ${count} slots covered`);
  for (const [slot] of nodes.matchAll(/\[\d+-[<>]-\w+\]/g)) problems.push(`${address} has the open slot ${slot}`);
  const failing = lines.filter(([, , flags = ""]) => /\b(fail|handshake|noaddr)\b/.test(flags));
  if (failing.length > 0) problems.push(`${address} sees ${failing.map(([id]) => id).join(", ")} failing`);
  const account = lines
    .map(([id, , flags = "", primary, , , , , ...slots]) => {
      const role = flags.includes("slave") ? `replica of ${primary}` : "primary";
      return `${id} ${role} ${slots.filter((slot) => !slot.startsWith("[")).join(",")}`;
    })
    .sort()
    .join("\n");
  return { address, memberCount: lines.length, account, problems };
}

/** Of `0-99` or `7`, as CLUSTER NODES writes them. */
export function sizeOf(range: string): number {
  const [first, last = first] = range.split("-").map(Number);
  return (last ?? 0) - (first ?? 0) + 1;
}
