import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sentinelRules } from "../../src/analyze/known-rules.js";
import { runRules } from "../../src/analyze/run-rules.js";
import { observeSentinelGroup } from "../../src/collect/observe-sentinel-group.js";
import { openFleet } from "../../src/connect/open-fleet.js";
import type { Recommendation, Report } from "../../src/model/report.js";
import { analysisReport } from "../../src/report/build-report.js";
import { liveProfile } from "./live.js";
import {
  releases,
  startRedis,
  startSentinelGroup,
  waitUntil,
  type RedisServer,
  type SentinelGroup,
} from "./servers/index.js";

/** Passwords of the data nodes: everybody's, and that of the user the sentinels log in as. */
export const password = "open-sesame";
export const watcherPassword = "watch-over";

export interface Shape {
  /** Where it is not at hand, the newest. */
  release: string;
  sentinels: 3 | 5;
  replicas: 1 | 2;
}

export interface Scene extends SentinelGroup {
  shape: Shape;
}

// Long enough that a stall of a busy machine is no outage, short enough to wait for.
export const downAfterMs = 2_000;
const failoverTimeoutMs = 4_000;

/** A group on hosts of their own, with nothing to find fault with; the servers share hosts with sentinels, as they usually do. */
export async function startScene(shape: Shape, hosts: readonly string[] = hostsOf(shape)): Promise<Scene> {
  const all = await releases();
  const release = (all.find(({ name }) => name === shape.release) ?? all.at(-1))?.name ?? "";
  // Channels are part of ACL rules from 6.2 on.
  const channels = release === "redis-6.0" ? [] : ["&*"];
  const group = await startSentinelGroup({
    release,
    sentinels: shape.sentinels,
    replicas: shape.replicas,
    hosts,
    config: { requirepass: password, "min-replicas-to-write": "1" },
    args: ["--user", "watcher", "on", `>${watcherPassword}`, "~*", "+@all", ...channels],
    sentinelLines: [...watchLines("mymaster"), `sentinel failover-timeout mymaster ${failoverTimeoutMs}`],
  });
  return { ...group, shape };
}

function watchLines(name: string): string[] {
  return [
    `sentinel auth-user ${name} watcher`,
    `sentinel auth-pass ${name} ${watcherPassword}`,
    `sentinel down-after-milliseconds ${name} ${downAfterMs}`,
  ];
}

/** What REMOVE made a sentinel forget, but for the address. */
export async function setAsOthers(sentinel: RedisServer): Promise<void> {
  for (const [name, value] of [
    ["auth-user", "watcher"],
    ["auth-pass", watcherPassword],
    ["down-after-milliseconds", String(downAfterMs)],
    ["failover-timeout", String(failoverTimeoutMs)],
  ] as const)
    await sentinel.call("SENTINEL", "SET", "mymaster", name, value);
}

function hostsOf({ sentinels, replicas }: Shape): string[] {
  const host = (index: number) => `127.0.1.${index + 1}`;
  return [
    ...Array.from({ length: sentinels }, (_, index) => host(index)),
    ...Array.from({ length: 1 + replicas }, (_, index) => host(index)),
  ];
}

/** As `cachectl sentinel check --sample 0`, told of one sentinel. */
export async function checkScene({ sentinels: [sentinel] }: Pick<Scene, "sentinels">): Promise<Report> {
  const seeds = sentinel === undefined ? [] : [sentinel];
  const profile = liveProfile(seeds, { kind: "sentinel", password, profile: { everyView: { masterNames: [] } } });
  const fleet = await openFleet(profile, new AbortController().signal);
  const clock = { now: () => Date.now(), monotonicMs: () => performance.now(), sleep: () => Promise.resolve() };
  try {
    const observation = {
      schemaVersion: 1 as const,
      tool: { name: "cachectl" as const, version: "0.0.0" },
      observedAt: new Date().toISOString(),
      sampleSeconds: 0,
      targets: [await observeSentinelGroup(fleet, profile.identity, [], 0, clock)],
    };
    const analysis = runRules(observation, sentinelRules);
    return analysisReport({ observation, analysis, startedAt: observation.observedAt, durationMs: 0 });
  } finally {
    fleet.close();
  }
}

/**
 * Waits until the check finds exactly these rules, above info, and no others: what a change sets off on its way passes. Gives the
 * finding of the first.
 */
export async function untilFound(scene: Pick<Scene, "sentinels">, ...ruleIds: string[]): Promise<Recommendation> {
  return await untilFoundBut(scene, [], ...ruleIds);
}

/** For one cause: a machine that stood still puts sentinels into TILT, and they judge nobody for half a minute. */
export const causeDeadline = 240_000;

/** As {@link untilFound}; `passing` are rules that are right about the scene for some seconds only, and may be found or not. */
export async function untilFoundBut(
  scene: Pick<Scene, "sentinels">,
  passing: readonly string[],
  ...ruleIds: string[]
): Promise<Recommendation> {
  let found: Recommendation[] = [];
  const wanted = [...ruleIds].sort().join(" ");
  await waitUntil(
    async () => {
      found = (await checkScene(scene)).recommendations.filter(({ priority }) => priority !== "info");
      const lasting = found.map(({ ruleId }) => ruleId).filter((ruleId) => !passing.includes(ruleId));
      return [...new Set(lasting)].sort().join(" ") === wanted;
    },
    { what: `the check finds exactly: ${wanted || "nothing"}`, timeoutMs: 90_000, everyMs: 100 },
  ).catch((error: unknown) => {
    const left = found.map(({ ruleId, issue, evidence }) => `${ruleId}: ${issue} ${JSON.stringify(evidence)}`);
    throw new Error(`found instead:\n${left.join("\n") || "nothing"}`, { cause: error });
  });
  const first = found.find(({ ruleId }) => ruleId === ruleIds[0]);
  return first ?? (ruleIds.length === 0 ? ({} as Recommendation) : never(ruleIds[0]));
}

function never(ruleId: string | undefined): never {
  throw new Error(`${String(ruleId)} was not found`);
}

/** Servers in their present roles: a failover swaps them. */
export async function rolesOf(scene: Scene): Promise<{ primary: RedisServer; replicas: RedisServer[] }> {
  const [sentinel] = scene.sentinels as [RedisServer];
  const reply = await sentinel.call("SENTINEL", "GET-MASTER-ADDR-BY-NAME", scene.masterName);
  const port = Array.isArray(reply) ? Number(reply[1]) : 0;
  const servers = [scene.primary, ...scene.replicas];
  const primary = servers.find((server) => server.port === port) ?? scene.primary;
  return { primary, replicas: servers.filter((server) => server !== primary) };
}

/** Starts a stopped or running sentinel with another id: `null` lets it make one. */
export async function restartWithId(sentinel: RedisServer, id: string | null): Promise<void> {
  await sentinel.stop();
  const file = join(sentinel.dir, "server.conf");
  const lines = (await readFile(file, "utf8")).split("\n").filter((line) => !line.startsWith("sentinel myid "));
  await writeFile(file, [...(id === null ? [] : [`sentinel myid ${id}`]), ...lines].join("\n"));
  await sentinel.start();
}

/** Starts a sentinel with the configuration that this stopped one has, on another host and with an id of its own. */
export async function startInPlaceOf(sentinel: RedisServer, host: string): Promise<RedisServer> {
  const lines = (await readFile(join(sentinel.dir, "server.conf"), "utf8")).split("\n");
  const kept = lines.filter((line) => line.startsWith("sentinel ") && !/^sentinel (myid|announce-ip) /.test(line));
  return await startRedis({
    release: sentinel.release.name,
    host,
    sentinel: [...kept, `sentinel announce-ip ${host}`],
  });
}

/** SENTINEL RESET on all at once, which is safe only where nothing fails meanwhile: in turn, it would cost a test half a minute. */
export async function resetAll(scene: Scene, sentinels: readonly RedisServer[], others: number): Promise<void> {
  await Promise.all(sentinels.map((sentinel) => sentinel.call("SENTINEL", "RESET", scene.masterName)));
  await Promise.all(sentinels.map((sentinel) => untilEverybodyIsKnown(scene, sentinel, others)));
}

export async function untilEverybodyIsKnown(scene: Scene, sentinel: RedisServer, others: number): Promise<void> {
  await waitUntil(
    async () => {
      const reply = await sentinel.call("SENTINEL", "MASTER", scene.masterName);
      const fields = Array.isArray(reply) ? reply.map(String) : [];
      const field = (name: string) => Number(fields[fields.indexOf(name) + 1]);
      return field("num-other-sentinels") === others && field("num-slaves") === scene.replicas.length;
    },
    { what: "the sentinel has found everybody again", timeoutMs: 60_000, everyMs: 50 },
  );
}

/** A sentinel uses a new password for new connections only, and before 6.2 keeps the present ones. */
export async function letSentinelsConnectAnew(scene: Scene): Promise<void> {
  const servers = [scene.primary, ...scene.replicas];
  const kinds = ["normal", "pubsub"].flatMap((type) => servers.map((server) => ({ server, type })));
  await Promise.all(kinds.map(({ server, type }) => server.call("CLIENT", "KILL", "TYPE", type)));
}
