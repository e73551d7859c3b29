import { missing, type Fact } from "../model/fact.js";
import type { SlowlogEntry, SlowlogFacts } from "../model/facts.js";
import { clientName, type RedisPort, type Reply } from "../model/node-port.js";
import { replyList, replyNumber } from "../protocol/replies.js";
import { ask } from "./ask.js";

/** Enough to name the commands; one reply stays small. */
const maxEntries = 128;

/** Their arguments hold passwords or a user's data beyond a key name. */
const withoutKey = /^(AUTH|ACL|CONFIG|HELLO|MIGRATE|EVAL|FCALL|SCRIPT|FUNCTION|CLIENT|SENTINEL)/;

/** The id of the newest entry, −1 for an empty log: entries after it are the window's. Read-only. */
export function collectLastSlowlogId(port: RedisPort): Promise<Fact<number>> {
  return ask(port.call("SLOWLOG", "GET", "1"), (reply) => parseSlowlog(reply)[0]?.id ?? -1, "no slow log");
}

/** What appeared after `lastId` within `seconds`. Read-only. */
export async function collectSlowlogWindow(
  port: RedisPort,
  lastId: Fact<number>,
  seconds: number,
): Promise<Fact<SlowlogFacts>> {
  if (!lastId.ok) return lastId;
  const toFacts = (reply: Reply): SlowlogFacts | null => {
    const entries = parseSlowlog(reply);
    const newest = entries[0]?.id ?? -1;
    // A lower id than before: the log was reset by a restart.
    if (newest < lastId.value && newest >= 0) return null;
    const own = ownEntries(reply).filter((id) => id > lastId.value);
    const fresh = entries.filter(({ id }) => id > lastId.value && !own.includes(id));
    return { basis: "sample", entries: fresh, newCount: Math.max(0, newest - lastId.value - own.length), seconds };
  };
  const fact = await ask(port.call("SLOWLOG", "GET", String(maxEntries)), toFacts, "");
  return !fact.ok && fact.reason === ""
    ? missing("not-sampled", "the slow log was restarted between the samples")
    : fact;
}

/** All that the log holds, over the time from its oldest entry to `nowMs`. Read-only. */
export function collectWholeSlowlog(port: RedisPort, nowMs: number): Promise<Fact<SlowlogFacts>> {
  const toFacts = (reply: Reply): SlowlogFacts => {
    const own = ownEntries(reply);
    const entries = parseSlowlog(reply).filter(({ id }) => !own.includes(id));
    const oldest = entries.at(-1)?.time;
    const seconds = oldest === undefined ? 0 : Math.max(0, nowMs / 1000 - oldest);
    return { basis: "since-start", entries, newCount: entries.length, seconds };
  };
  return ask(port.call("SLOWLOG", "GET", String(maxEntries)), toFacts, "no slow log");
}

/** `[id, unix seconds, µs, [command, …], …]` for each entry, newest first. */
export function parseSlowlog(reply: Reply): SlowlogEntry[] {
  return replyList(reply).flatMap((entry) => {
    const [id, time, usec, argv] = replyList(entry);
    const words = replyList(argv).map(String);
    const idNumber = replyNumber(id);
    const usecNumber = replyNumber(usec);
    if (idNumber === null || usecNumber === null) return [];
    return [{ id: idNumber, time: replyNumber(time) ?? 0, usec: usecNumber, ...nameCommand(words) }];
  });
}

/** INFO of a busy server may take its time: what this tool asks must not be held against the fleet. Ids, by the client's name. */
function ownEntries(reply: Reply): number[] {
  return replyList(reply).flatMap((entry) => {
    const fields = replyList(entry);
    const id = replyNumber(fields[0]);
    return fields[5] === clientName && id !== null ? [id] : [];
  });
}

const containers = new Set([
  "ACL",
  "CLIENT",
  "CLUSTER",
  "COMMAND",
  "CONFIG",
  "DEBUG",
  "FUNCTION",
  "LATENCY",
  "MEMORY",
  "MODULE",
  "OBJECT",
  "PUBSUB",
  "SCRIPT",
  "SLOWLOG",
  "XGROUP",
  "XINFO",
]);

function nameCommand([first = "", second]: string[]): { command: string; key: string | null } {
  const command = first.toUpperCase();
  if (containers.has(command) && second !== undefined)
    return { command: `${command} ${second.toUpperCase()}`, key: null };
  return { command, key: second === undefined || withoutKey.test(command) ? null : second.slice(0, 64) };
}
