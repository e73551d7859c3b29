import { ServerReplyError } from "../../model/errors.js";
import type { NodeScan } from "../../model/keyspace.js";
import { clientName, type FleetNode, type RedisBulkPort } from "../../model/node-port.js";
import { parseInfo } from "../../protocol/info.js";
import { whyMissing } from "../ask.js";
import { parseServer } from "../server.js";
import { CutShort, mayPass, shareSeen } from "./cut-short.js";
import type { ScanDeps } from "./scan-node.js";
import type { ScanPosition } from "./scan-start.js";

/** How long a node may be away: a blip of the network or a long script is over by then, a failover is not worth waiting for. */
const patienceMs = 10_000;
const firstWaitMs = 100;
const longestWaitMs = 2_000;

type Deps = Pick<ScanDeps, "clock" | "stopped">;

/**
 * Carries out `work` on a bulk connection, and on another one when that is lost or the node cannot answer for a while; as
 * often as it got on in between. `work` goes on from the position.
 *
 * @throws CutShort when the process is another one by then, whose cursors mean nothing · what `work` throws, when waiting does
 * not help
 */
export async function onConnections<T>(
  node: FleetNode,
  position: ScanPosition,
  filtered: boolean,
  { clock, stopped }: Deps,
  work: (port: RedisBulkPort) => Promise<T>,
): Promise<T> {
  let port = await node.openBulk();
  let lostAt = "";
  let deadlineMs = 0;
  try {
    for (;;) {
      try {
        return await work(port);
      } catch (error) {
        if (!mayPass(error) || stopped()) throw error;
        // Not the keys: a pattern that nothing matches gets on through many pages without one.
        const at = JSON.stringify([position.doneDatabases, position.database, position.cursor]);
        if (at !== lostAt) deadlineMs = clock.monotonicMs() + patienceMs;
        lostAt = at;
        port.close();
        port = await reopen(node, error, deadlineMs, { clock, stopped }, (opened) =>
          checkSameProcess(opened, position, filtered),
        );
      }
    }
  } finally {
    port.close();
  }
}

/** @throws the last error when time runs out */
async function reopen(
  node: FleetNode,
  lost: unknown,
  deadlineMs: number,
  deps: Deps,
  check: (port: RedisBulkPort) => Promise<void>,
): Promise<RedisBulkPort> {
  let why = lost;
  for (let waitMs = firstWaitMs; ; waitMs = Math.min(longestWaitMs, waitMs * 2)) {
    if (deps.clock.monotonicMs() + waitMs > deadlineMs || deps.stopped()) throw why;
    await deps.clock.sleep(waitMs);
    let port: RedisBulkPort | undefined;
    try {
      port = await node.openBulk();
      await check(port);
      return port;
    } catch (error) {
      port?.close();
      if (!mayPass(error)) throw error;
      why = error;
    }
  }
}

/** The run id as the server says it now; null: the login may not ask. */
async function runIdNow(port: RedisBulkPort): Promise<string | null> {
  try {
    const reply = await port.call("INFO", "server");
    const runId = parseServer(parseInfo(typeof reply === "string" ? reply : ""))?.runId ?? "";
    return runId === "" ? null : runId;
  } catch (error) {
    if (error instanceof ServerReplyError && !mayPass(error)) return null;
    throw error;
  }
}

async function checkSameProcess(port: RedisBulkPort, position: ScanPosition, filtered: boolean): Promise<void> {
  const { runId, scan } = position;
  const share = shareSeen(scan, filtered);
  const now = await runIdNow(port);
  if (runId === null || now === null)
    throw new CutShort(
      `the connection to ${scan.node} was lost after ${share}, and this login may not ask whether it is still the same process (INFO server)`,
    );
  if (now !== runId) throw new CutShort(`${scan.node} was restarted after ${share}: the rest was not seen`);
}

/**
 * Sees to it that nothing which is asked on this connection counts as a use of the key. Null when it does; else why it cannot be
 * prevented.
 */
export async function stopTouching(
  port: RedisBulkPort,
  supported: boolean,
): Promise<Omit<NodeScan["refused"][number], "command"> | null> {
  const consequence = "counting elements would reset idle times; --touch counts them all the same";
  if (!supported)
    return { cause: "not-supported", reason: `there is no CLIENT NO-TOUCH before Redis 7.2, so ${consequence}` };
  try {
    await port.call("CLIENT", "NO-TOUCH", "ON");
    return null;
  } catch (error) {
    if (mayPass(error)) throw error;
    const { cause, reason } = whyMissing(error);
    return { cause: cause === "not-supported" ? cause : "not-permitted", reason: `${reason}, and ${consequence}` };
  }
}

/** Whether the slow log shows our name beside our commands. */
export async function isNamed(port: RedisBulkPort): Promise<boolean> {
  try {
    return (await port.call("CLIENT", "GETNAME")) === clientName;
  } catch (error) {
    if (error instanceof ServerReplyError && !mayPass(error)) return false;
    throw error;
  }
}
