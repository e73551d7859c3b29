import { ServerReplyError } from "../../model/errors.js";
import { clientName, type FleetNode, type RedisBulkPort, type RedisPort } from "../../model/node-port.js";
import { afterUnreadAnswers } from "../../model/unread-answers.js";
import { encodeCommand } from "../../protocol/resp.js";
import type { HotDeps, NodeHeat } from "./hot-keys.js";
import { MonitorBurst } from "./monitor-burst.js";

/**
 * Where a burst ends before its time. Lines and bytes: the server keeps in memory what is not yet read, so a burst that this
 * program cannot keep up with must be short. PING: what a person would feel.
 */
export const monitorLimits = { lines: 200_000, bytes: 64 * 2 ** 20, slowPingMs: 100 };

const lookEveryMs = 100;

const interrupted = "it was interrupted before its time was over";

/**
 * Counts the keys in all commands that one node executes within `forMs`, by MONITOR. It makes the server send a copy of every
 * command, so it may halve its throughput; it ends early at {@link monitorLimits}, by closing the connection.
 *
 * @throws ConnectError, ServerReplyError
 */
export async function monitorHotKeys(
  { node }: { node: FleetNode },
  { forMs, top }: { forMs: number; top: number },
  deps: HotDeps,
): Promise<NodeHeat> {
  const beside = await node.openRedis();
  const quietPingMs = await fastestPing(beside, deps);
  const port = await node.openBulk();
  try {
    const burst = new MonitorBurst(await ownClients(beside));
    const ended = begin(port, burst);
    let startedAtMs = deps.clock.monotonicMs();
    const watch = async () => {
      // That the server takes its time to begin is no burden of MONITOR's, and no part of what was asked for.
      await Promise.race([ended, burst.answered, deps.clock.sleep(forMs)]);
      startedAtMs = deps.clock.monotonicMs();
      return listen(ended, burst, { beside, forMs, slowMs: quietPingMs + monitorLimits.slowPingMs }, deps);
    };
    const early = await watch().catch((error: unknown) => {
      // The abort of the run rejects what is waited for; what was seen until then is in `burst`.
      if (deps.stopped()) return interrupted;
      throw error;
    });
    if (burst.refusal !== null) throw new ServerReplyError("MONITOR", burst.refusal, "Allow the login +monitor.");
    return heat(burst, (deps.clock.monotonicMs() - startedAtMs) / 1000, top, early);
  } finally {
    port.close();
  }
}

/** Resolves when the burst has ended. */
function begin(port: RedisBulkPort, burst: MonitorBurst): Promise<"closed"> {
  const stream = port.stream(encodeCommand("MONITOR"), (piece) => {
    burst.take(piece);
    // At once: what the server still has to send it drops with the connection.
    if (isFull(burst) || burst.refusal !== null) port.close();
  });
  return stream.then(() => "closed" as const);
}

/** Why the burst ended before its time, as a note; null when it did not. */
async function listen(
  ended: Promise<"closed">,
  burst: MonitorBurst,
  { beside, forMs, slowMs }: { beside: RedisPort; forMs: number; slowMs: number },
  deps: HotDeps,
): Promise<string | null> {
  const { clock } = deps;
  const endMs = clock.monotonicMs() + forMs;
  for (let leftMs = forMs; leftMs > 0; leftMs = endMs - clock.monotonicMs()) {
    if (deps.stopped()) return interrupted;
    const waitMs = Math.min(slowMs, leftMs);
    const ping = await Promise.race([ended, pingOf(beside), clock.sleep(waitMs).then(slowIfUnanswered)]);
    if (ping === "closed") return `it ended early, after ${burst.lines} commands, so as not to burden the server`;
    if (ping === "slow" && waitMs === slowMs) return "it ended early, since a PING became slow";
    await Promise.race([ended, clock.sleep(Math.min(lookEveryMs, Math.max(0, endMs - clock.monotonicMs())))]);
  }
  return null;
}

async function slowIfUnanswered(): Promise<"slow"> {
  await new Promise<void>((resolve) => afterUnreadAnswers(resolve));
  return "slow";
}

function isFull({ lines, bytes }: MonitorBurst): boolean {
  return lines >= monitorLimits.lines || bytes >= monitorLimits.bytes;
}

/** An answer that is a refusal tells as well that the server answers. */
async function pingOf(port: RedisPort): Promise<"answered"> {
  await port.call("PING").catch((error: unknown) => {
    if (!(error instanceof ServerReplyError)) throw error;
  });
  return "answered";
}

async function fastestPing(port: RedisPort, { clock }: HotDeps): Promise<number> {
  let fastestMs = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 3; i++) {
    const startedAtMs = clock.monotonicMs();
    await pingOf(port);
    fastestMs = Math.min(fastestMs, clock.monotonicMs() - startedAtMs);
  }
  return fastestMs;
}

/** Where this program's connections come from, as the server sees it. A login that may not ask leaves them in: they name no keys. */
async function ownClients(port: RedisPort): Promise<ReadonlySet<string>> {
  const list = await port.call("CLIENT", "LIST").catch((error: unknown) => {
    if (error instanceof ServerReplyError) return "";
    throw error;
  });
  const lines = String(list).split("\n");
  return new Set(
    lines.flatMap((line) => (line.includes(` name=${clientName} `) ? (/ addr=(\S+)/.exec(line)?.[1] ?? []) : [])),
  );
}

function heat(burst: MonitorBurst, seconds: number, top: number, early: string | null): NodeHeat {
  const { names, lines, databases, cutLines } = burst;
  const notes = early === null ? [] : [early];
  if (names.missed > 0)
    notes.push(`each count of ${lines.toLocaleString("en-US")} commands may be too low by ${names.missed}`);
  if (databases.size > 1) notes.push(`keys of equal name in its ${databases.size} databases are counted together`);
  if (cutLines > 0) notes.push(`of ${cutLines} long commands only the first keys were counted`);
  return {
    metric: "accesses per second",
    seconds,
    keys: names
      .top(top)
      .map(({ name, count }) => ({ name, score: count / seconds, percent: (100 * count) / names.added })),
    notes,
  };
}
