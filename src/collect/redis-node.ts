import type { Clock } from "../model/clock.js";
import { known, missing, type Fact } from "../model/fact.js";
import type { WindowFacts } from "../model/facts.js";
import type { FleetNode, RedisPort } from "../model/node-port.js";
import type { NodeFacts } from "../model/observation.js";
import { parseInfo, type Info } from "../protocol/info.js";
import { collectAcl } from "./acl.js";
import { ask } from "./ask.js";
import { collectClientList } from "./client-list.js";
import { collectClusterInfo, collectClusterView } from "./cluster.js";
import { collectConfig } from "./config.js";
import { infoFacts } from "./info-topics.js";
import { collectLatency } from "./latency.js";
import { collectMemoryStats } from "./memory-stats.js";
import { collectModules } from "./modules.js";
import { reached } from "./reachability.js";
import { collectSentinel } from "./sentinel.js";
import { collectSlotMigrations } from "./slot-migrations.js";
import { collectLastSlowlogId, collectSlowlogWindow, collectWholeSlowlog } from "./slowlog.js";
import { windowBetween, windowSinceStart } from "./window.js";

/**
 * Observes one Redis or Valkey node: settings first, then INFO twice with `sampleMs` between. Read-only; no command touches a key.
 *
 * The order matters: what this login may not ask is refused before the first INFO, so that the tool's own refusals do not
 * appear as errors in the window that it judges.
 *
 * @throws ConnectError when the node cannot be reached at all
 */
export async function observeRedis(node: FleetNode, sampleMs: number, clock: Clock): Promise<NodeFacts> {
  const port = await node.openRedis();
  const [settings, lastSlowlogId, start] = await Promise.all([
    collectSettings(port),
    collectLastSlowlogId(port),
    takeSample(port, clock),
  ]);
  const isCluster = settings.clusterInfo?.ok === true;
  const slotMigrations = await collectSlotMigrations(port, infoFacts(start.info).server);
  // A refusal just now would be an error within the window.
  const begun = !slotMigrations.ok && slotMigrations.cause === "not-permitted" ? await takeSample(port, clock) : start;
  const first = isCluster ? await withClusterInfo(port, begun) : begun;
  const facts = { reachability: known(reached(port.greeting)), ...settings, slotMigrations };
  if (sampleMs === 0 || !first.info.ok) return { ...facts, ...(await sinceStart(port, first, clock)) };
  await clock.sleep(sampleMs);
  const end = await takeSample(port, clock);
  const second = isCluster ? await withClusterInfo(port, end) : end;
  return { ...facts, ...(await betweenSamples(port, first, second, lastSlowlogId)) };
}

/** Observes one Sentinel: what it says of itself and of the masters it watches. Read-only. @throws ConnectError */
export async function observeSentinel(node: FleetNode): Promise<NodeFacts> {
  const port = await node.openRedis();
  // A Sentinel 6.0 knows no `everything` and answers it with nothing; what it has is in the default sections.
  const [info, sentinel] = await Promise.all([askInfo(port, []), collectSentinel(port)]);
  const { server, clients } = infoFacts(info);
  return { reachability: known(reached(port.greeting)), server, clients, sentinel };
}

const clusterInfoSection = "cluster info";

interface Sample {
  info: Fact<Info>;
  takenAtMs: number;
}

async function takeSample(port: RedisPort, clock: Clock): Promise<Sample> {
  const info = await askInfo(port, ["everything"]);
  return { info, takenAtMs: clock.monotonicMs() };
}

/**
 * Adds CLUSTER INFO, which only Valkey 9.1 makes a section of INFO itself: the cluster bus's counters are in it. Asked only
 * where it was answered before, since a refusal here would count as an error within the window.
 */
async function withClusterInfo(port: RedisPort, sample: Sample): Promise<Sample> {
  const { info } = sample;
  if (!info.ok || info.value[clusterInfoSection] !== undefined) return sample;
  const fields = await ask(port.call("CLUSTER", "INFO"), (reply) => parseInfo(String(reply))[""] ?? null, "no fields");
  return fields.ok ? { ...sample, info: known({ ...info.value, [clusterInfoSection]: fields.value }) } : sample;
}

function askInfo(port: RedisPort, sections: string[]): Promise<Fact<Info>> {
  return ask(port.call("INFO", ...sections), (reply) => parseInfo(String(reply)), "no INFO");
}

async function collectSettings(port: RedisPort): Promise<NodeFacts> {
  const [config, acl, memoryStats, clusterInfo, clusterView, modules] = await Promise.all([
    collectConfig(port),
    collectAcl(port),
    collectMemoryStats(port),
    collectClusterInfo(port),
    collectClusterView(port),
    collectModules(port),
  ]);
  return { config, acl, memoryStats, clusterInfo, clusterView, modules };
}

async function sinceStart(port: RedisPort, { info }: Sample, clock: Clock): Promise<NodeFacts> {
  const [slowlog, latency, clientList] = await Promise.all([
    collectWholeSlowlog(port, clock.now()),
    collectLatency(port),
    collectClientList(port),
  ]);
  return { ...infoFacts(info), window: info.ok ? windowSinceStart(info.value) : info, slowlog, latency, clientList };
}

async function betweenSamples(
  port: RedisPort,
  first: Sample,
  second: Sample,
  lastSlowlogId: Fact<number>,
): Promise<NodeFacts> {
  const seconds = (second.takenAtMs - first.takenAtMs) / 1000;
  const [slowlog, latency, clientList] = await Promise.all([
    collectSlowlogWindow(port, lastSlowlogId, seconds),
    collectLatency(port),
    collectClientList(port),
  ]);
  const window: Fact<WindowFacts> = !first.info.ok
    ? first.info
    : second.info.ok
      ? windowBetween(first.info.value, second.info.value, seconds)
      : missing("not-sampled", `the second sample failed: ${second.info.reason}`);
  // A node that went silent in between still has its first sample to be judged by.
  const info = second.info.ok ? second.info : first.info;
  return { ...infoFacts(info), window, slowlog, latency, clientList };
}
