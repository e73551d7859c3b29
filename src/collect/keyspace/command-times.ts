import { missing, type Fact } from "../../model/fact.js";
import type { LongestCommand, NodeScan } from "../../model/keyspace.js";
import { clientName, type RedisPort, type Reply } from "../../model/node-port.js";
import { replyList, replyMap, replyNumber } from "../../protocol/replies.js";
import { ask } from "../ask.js";
import { parseSlowlog } from "../slowlog.js";

/** Whatever answers one command at a time. */
export type Caller = Pick<RedisPort, "call">;

/** µs bucket → calls, by command. */
export type Histogram = Map<string, Map<number, number>>;

/** What the server had on record when the scan began. */
export interface TimesBefore {
  lastSlowlogId: Fact<number>;
  histogram: Fact<Histogram>;
}

type Longest = Pick<NodeScan, "longestCommand" | "longestCommandUnknown">;

/** One reply of the slow log, at the end of a scan of hours on a busy server. */
const maxEntries = 128;

const scanCommands = ["SCAN", "TYPE", "MEMORY", "PTTL", "OBJECT", "HLEN", "LLEN", "SCARD", "ZCARD", "XLEN"];

const histogramNames = scanCommands.flatMap((name) => {
  if (name === "MEMORY") return ["memory|usage"];
  if (name === "OBJECT") return ["object|encoding", "object|idletime", "object|freq"];
  return [name.toLowerCase()];
});

const noHistogram = "this server keeps no latency histogram (7.0+)";

/**
 * To be asked before the scan, and given to {@link collectLongestCommand} after it. Read-only.
 *
 * @param hasHistogram false: not asked for, because an unknown subcommand would be counted as an error of the fleet
 */
export async function collectTimesBefore(port: Caller, hasHistogram: boolean): Promise<TimesBefore> {
  const [lastSlowlogId, histogram] = await Promise.all([
    ask(port.call("SLOWLOG", "GET", "1"), (reply) => parseSlowlog(reply)[0]?.id ?? -1, "no slow log"),
    hasHistogram ? collectHistogram(port) : missing("not-supported", noHistogram),
  ]);
  return { lastSlowlogId, histogram };
}

/**
 * The longest that one command of the scan held the server: exactly, where the slow log has one of ours; else the least upper
 * bound that the latency histogram (7.0+) and the slow log's own threshold give. Read-only.
 *
 * @param thresholdUsec `slowlog-log-slower-than`; null when it is not known
 * @param named whether our connection bears our name, without which the slow log does not tell whose a command was
 */
export async function collectLongestCommand(
  port: Caller,
  before: TimesBefore,
  thresholdUsec: number | null,
  named: boolean,
): Promise<Longest> {
  const { lastSlowlogId } = before;
  const entries = await ask(port.call("SLOWLOG", "GET", String(maxEntries)), (reply) => reply, "");
  const after = before.histogram.ok ? await collectHistogram(port) : before.histogram;
  const log =
    !entries.ok || !lastSlowlogId.ok
      ? unreadable(entries, lastSlowlogId)
      : judgeSlowlog(entries.value, lastSlowlogId.value, thresholdUsec, named);
  if (log.longest?.basis === "slowlog") return found(log.longest);
  const bounds = [
    log.longest,
    before.histogram.ok && after.ok ? highestGrown(before.histogram.value, after.value) : null,
  ];
  const least = bounds.filter((bound) => bound !== null).sort((a, b) => a.milliseconds - b.milliseconds)[0];
  if (least !== undefined) return found(least);
  const histogramReason = after.ok ? "the latency histogram has none of the scan's commands" : after.reason;
  return { longestCommand: null, longestCommandUnknown: `${log.reason}; ${histogramReason}` };
}

interface LogVerdict {
  longest: LongestCommand | null;
  reason: string;
}

function unreadable(entries: Fact<Reply>, lastId: Fact<number>): LogVerdict {
  const reason = [entries, lastId].map((fact) => (fact.ok ? "" : fact.reason)).find((text) => text !== "") ?? "";
  return { longest: null, reason };
}

/** Pure. `[id, unix seconds, µs, [command, …], address, client name]`, newest first. */
export function judgeSlowlog(reply: Reply, lastId: number, thresholdUsec: number | null, named: boolean): LogVerdict {
  const all = replyList(reply).map((entry) => replyList(entry));
  const fresh = all.filter(([id]) => (replyNumber(id) ?? -1) > lastId);
  const newest = replyNumber(fresh[0]?.[0]) ?? lastId;
  if (!named)
    return { longest: null, reason: "the slow log does not tell which commands were ours: CLIENT SETNAME is refused" };
  if (newest - lastId > fresh.length) return { longest: null, reason: "the slow log was overrun during the scan" };
  const own = fresh.filter(([, , , argv, , client]) => client === clientName && isOurs(argv));
  const slowest = own.sort((a, b) => (replyNumber(b[2]) ?? 0) - (replyNumber(a[2]) ?? 0))[0];
  if (slowest !== undefined) {
    const milliseconds = (replyNumber(slowest[2]) ?? 0) / 1000;
    return { longest: { command: commandName(slowest[3]), milliseconds, basis: "slowlog" }, reason: "" };
  }
  if (thresholdUsec === null || thresholdUsec < 0)
    return { longest: null, reason: "the slow log is off, or its threshold is not known" };
  const milliseconds = thresholdUsec / 1000;
  return { longest: { command: "any command", milliseconds, basis: "slowlog-threshold" }, reason: "" };
}

/** Pure. Null when none of the commands ran in between. */
export function highestGrown(before: Histogram, after: Histogram): LongestCommand | null {
  let longest: LongestCommand | null = null;
  for (const [name, buckets] of after) {
    for (const [usec, calls] of buckets) {
      if (calls <= (before.get(name)?.get(usec) ?? 0)) continue;
      const milliseconds = usec / 1000;
      if (longest !== null && milliseconds <= longest.milliseconds) continue;
      longest = { command: name.toUpperCase().replace("|", " "), milliseconds, basis: "histogram" };
    }
  }
  return longest;
}

/** Pure. `[command, ["calls", n, "histogram_usec", [bucket, calls up to it, …]], …]` */
export function parseHistogram(reply: Reply): Histogram {
  const histogram: Histogram = new Map();
  for (const [command, fields] of replyMap(reply)) {
    const buckets = new Map<number, number>();
    let counted = 0;
    for (const [bucket, upTo] of replyMap(replyMap(fields).get("histogram_usec") ?? null)) {
      const cumulative = replyNumber(upTo) ?? counted;
      buckets.set(Number(bucket), cumulative - counted);
      counted = cumulative;
    }
    histogram.set(command, buckets);
  }
  return histogram;
}

function collectHistogram(port: Caller): Promise<Fact<Histogram>> {
  const reply = port.call("LATENCY", "HISTOGRAM", ...histogramNames);
  return ask(reply, parseHistogram, noHistogram);
}

function found(longestCommand: LongestCommand): Longest {
  return { longestCommand, longestCommandUnknown: null };
}

function isOurs(argv: Reply | undefined): boolean {
  const [command] = Array.isArray(argv) ? argv : [];
  return typeof command === "string" && scanCommands.includes(command.toUpperCase());
}

function commandName(argv: Reply | undefined): string {
  const [command, second] = replyList(argv).map((word) => String(word).toUpperCase());
  return command === "MEMORY" || command === "OBJECT" ? `${command} ${second ?? ""}` : (command ?? "");
}
