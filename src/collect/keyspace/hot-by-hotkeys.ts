import { ServerReplyError } from "../../model/errors.js";
import { ReplyError, type FleetNode, type RedisBulkPort } from "../../model/node-port.js";
import type { ObservedNode } from "../../model/observation.js";
import { encodeCommand } from "../../protocol/resp.js";
import {
  parseHotkeysSession,
  parseValkeyHotkeys,
  type HotkeysSession,
  type ValkeyHotKey,
} from "../../protocol/hotkeys-reply.js";
import type { HotDeps, NodeHeat } from "./hot-keys.js";

/** COUNT's upper bound in the server. */
const mostKeys = 64;

/** Commands a second that are counted; of a busier server's commands one in n is. Thousands a second rank the hot ones well. */
const countedPerSecond = 10_000;

interface Watch {
  forMs: number;
  top: number;
}

/**
 * The hot keys by HOTKEYS. Redis (8.6+): starts a session of tracking, waits, and ends it; a session of somebody else, also one
 * that was stopped and not yet reset, is only read. Valkey (9.2+) counts by itself: its last window is read.
 *
 * The session is ended and reset however the run ends; if this program is killed, its DURATION ends it.
 *
 * @throws ConnectError, ServerReplyError
 */
export async function trackHotkeys(
  { node, observed }: { node: FleetNode; observed: ObservedNode },
  watch: Watch,
  deps: HotDeps,
): Promise<NodeHeat> {
  const port = await node.openBulk();
  try {
    const { server, config, counters } = observed.facts;
    if (server?.ok === true && server.value.product === "valkey") {
      const seconds = Number(config?.ok === true ? config.value["hotkey-window-seconds"] : Number.NaN);
      return await lastWindow(port, seconds, watch, deps);
    }
    const opsPerSecond = counters?.ok === true ? (counters.value["instantaneous_ops_per_sec"] ?? 0) : 0;
    return await watchSession(port, Math.max(1, Math.round(opsPerSecond / countedPerSecond)), watch, deps);
  } finally {
    port.close();
  }
}

async function watchSession(port: RedisBulkPort, ratio: number, watch: Watch, deps: HotDeps): Promise<NodeHeat> {
  // START discards what an earlier session of somebody else has found, so it is asked first whether there is one.
  const earlier = await getSession(port);
  if (earlier !== null) return foreignSession(port, earlier, watch, deps);
  if (!(await startSession(port, ratio, watch))) {
    const running = await getSession(port);
    if (running === null) throw new ServerReplyError("HOTKEYS START", "another session came and went", "Try again.");
    return foreignSession(port, running, watch, deps);
  }
  port.sayOnEnd(endOfSession);
  const own = await getSession(port);
  await waitFor(watch.forMs, deps);
  const found = await getSession(port);
  port.sayOnEnd("");
  if (own === null || found === null || found.startedAtMs !== own.startedAtMs) return replaced(found ?? own);
  const refused = (await port.pipeline(endOfSession, 2)).find((reply) => reply instanceof ReplyError);
  return heat(
    found,
    refused === undefined ? [] : [`its session could not be ended and ends by itself: ${refused.text}`],
  );
}

/** False: somebody was faster. */
async function startSession(port: RedisBulkPort, ratio: number, { forMs, top }: Watch): Promise<boolean> {
  const count = Math.min(mostKeys, Math.max(1, top));
  // A second more than is waited for, so that it does not end before it is read.
  const seconds = Math.ceil(forMs / 1000) + 1;
  const sample = ratio > 1 ? ["SAMPLE", String(ratio)] : [];
  const limits = ["COUNT", String(count), "DURATION", String(seconds), ...sample];
  try {
    await port.call("HOTKEYS", "START", "METRICS", "1", "CPU", ...limits);
    return true;
  } catch (error) {
    if (error instanceof ServerReplyError && /already/.test(error.message)) return false;
    throw error;
  }
}

const endOfSession = encodeCommand("HOTKEYS", "STOP") + encodeCommand("HOTKEYS", "RESET");

/** Null: there is none. What cannot be read may be somebody's session, so it is not taken for none. */
async function getSession(port: RedisBulkPort): Promise<HotkeysSession | null> {
  const reply = await port.call("HOTKEYS", "GET");
  return reply === null ? null : (parseHotkeysSession(reply) ?? unreadable());
}

function unreadable(): never {
  throw new ServerReplyError("HOTKEYS GET", "an answer of a form not known", "Report it with the server's version.");
}

/** Waits until the session has lasted as long as was asked for, then reads it. Never stops or resets it. */
async function foreignSession(
  port: RedisBulkPort,
  found: HotkeysSession,
  { forMs }: Watch,
  deps: HotDeps,
): Promise<NodeHeat> {
  const since = new Date(found.startedAtMs).toISOString();
  if (!found.active) {
    const note = `shown is a session of somebody else, begun ${since}: another would discard it, HOTKEYS RESET does too`;
    return heat(found, [note]);
  }
  await waitFor(forMs - found.durationMs, deps);
  const later = await getSession(port);
  const same = later?.startedAtMs === found.startedAtMs ? later : found;
  return heat(same, [`somebody else's session, begun ${since}, was in progress: it was read and left running`]);
}

function replaced(session: HotkeysSession | null): NodeHeat {
  const note = "somebody else ended or replaced the session meanwhile; theirs was left alone";
  return session === null ? { metric: cpuMetric, seconds: null, keys: [], notes: [note] } : heat(session, [note]);
}

const cpuMetric = "CPU µs per second";

function heat(session: HotkeysSession, notes: string[]): NodeHeat {
  const { cpu, network, durationMs, sampleRatio, selectedSlots } = session;
  const figures = cpu ?? network;
  const seconds = durationMs / 1000;
  const keys = (figures?.keys ?? []).map(({ name, amount }) => ({
    name,
    score: seconds === 0 ? 0 : amount / seconds,
    percent: figures?.total ? Math.min(100, (100 * amount) / figures.total) : null,
  }));
  const sampled = sampleRatio > 1 ? [`estimated from one in ${sampleRatio} commands`] : [];
  const slots = selectedSlots ? ["only some hash slots were watched"] : [];
  return {
    metric: cpu === null && network !== null ? "network bytes per second" : cpuMetric,
    seconds,
    keys,
    notes: [...notes, ...sampled, ...slots],
  };
}

async function lastWindow(
  port: RedisBulkPort,
  windowSeconds: number,
  { forMs }: Watch,
  deps: HotDeps,
): Promise<NodeHeat> {
  let keys = await getValkeyKeys(port);
  if (keys.length === 0) {
    // Nothing is shown before the first window is over.
    await waitFor(forMs, deps);
    keys = await getValkeyKeys(port);
  }
  return {
    metric: "accesses per second",
    seconds: Number.isFinite(windowSeconds) ? windowSeconds : null,
    keys: keys.map(({ name, accessesPerSecond }) => ({ name, score: accessesPerSecond, percent: null })),
    notes: keys.length === 0 ? ["no window of counting was completed, or no key was used in the last one"] : [],
  };
}

async function getValkeyKeys(port: RedisBulkPort): Promise<ValkeyHotKey[]> {
  return parseValkeyHotkeys(await port.call("HOTKEYS", "GET")) ?? unreadable();
}

async function waitFor(ms: number, deps: HotDeps): Promise<void> {
  const { clock } = deps;
  const endMs = clock.monotonicMs() + ms;
  for (let leftMs = ms; leftMs > 0 && !deps.stopped(); leftMs = endMs - clock.monotonicMs())
    await clock.sleep(Math.min(leftMs, 100));
}
