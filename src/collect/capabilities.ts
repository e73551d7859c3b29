import { ServerReplyError } from "../model/errors.js";
import type { Capability } from "../model/capability.js";
import type { MemcachedPort, RedisPort } from "../model/node-port.js";
import { whyMissing } from "./ask.js";

/** Asked for real: each changes nothing and answers at once. */
const readProbes: { argv: [string, ...string[]]; neededFor: string }[] = [
  { argv: ["INFO", "server"], neededFor: "analyze: nearly every rule" },
  { argv: ["CONFIG", "GET", "maxmemory"], neededFor: "analyze: settings" },
  { argv: ["SLOWLOG", "LEN"], neededFor: "analyze: slow commands" },
  { argv: ["LATENCY", "LATEST"], neededFor: "analyze: latency spikes" },
  { argv: ["CLIENT", "LIST"], neededFor: "analyze: clients" },
  { argv: ["ACL", "WHOAMI"], neededFor: "analyze: access rules" },
  { argv: ["ACL", "LIST"], neededFor: "analyze: access rules" },
  { argv: ["MEMORY", "STATS"], neededFor: "analyze: memory" },
  { argv: ["MODULE", "LIST"], neededFor: "analyze: modules" },
  { argv: ["CLUSTER", "NODES"], neededFor: "analyze: cluster views" },
];

/** Never carried out: asked of ACL DRYRUN (7.0+), which only looks at the rules. */
const writeProbes: { argv: [string, ...string[]]; neededFor: string }[] = [
  { argv: ["CONFIG", "SET", "maxmemory", "0"], neededFor: "the commands that findings suggest" },
  { argv: ["CONFIG", "REWRITE"], neededFor: "keeping a changed setting over a restart" },
  { argv: ["SET", "cachectl:probe", "1"], neededFor: "writing keys" },
  { argv: ["UNLINK", "cachectl:probe"], neededFor: "removing keys" },
];

/** A Sentinel knows no CONFIG, SLOWLOG or keys, so nobody is refused them there. */
const sentinelProbes: typeof readProbes = [
  { argv: ["INFO", "server"], neededFor: "analyze: nearly every rule" },
  { argv: ["SENTINEL", "MASTERS"], neededFor: "analyze: what is monitored" },
];

/** What this login may and may not do on a Sentinel. Read-only. */
export async function collectSentinelCapabilities(port: RedisPort): Promise<Capability[]> {
  return Promise.all(sentinelProbes.map((probe) => tried(port, probe)));
}

/** What this login may and may not do on a Redis or Valkey node. Read-only. */
export async function collectCapabilities(port: RedisPort): Promise<Capability[]> {
  const whoami = await port.call("ACL", "WHOAMI").then(String, () => null);
  const reads = readProbes.map((probe) => tried(port, probe));
  const writes = writeProbes.map(async ({ argv, neededFor }) => ({
    command: name(argv),
    neededFor,
    ...(await dryRun(port, whoami, argv)),
  }));
  return Promise.all([...reads, ...writes]);
}

/** Memcached has no rules for each command; a service may still have removed some. Read-only. */
export async function collectMemcachedCapabilities(port: MemcachedPort): Promise<Capability[]> {
  const sections = [undefined, "settings", "items", "slabs"] as const;
  return Promise.all(
    sections.map(async (section) => ({
      command: section === undefined ? "stats" : `stats ${section}`,
      neededFor: "analyze",
      ...(await verdict(port.stats(section))),
    })),
  );
}

async function tried(port: RedisPort, { argv, neededFor }: (typeof readProbes)[number]): Promise<Capability> {
  return { command: name(argv), neededFor, ...(await verdict(port.call(...argv))) };
}

type Verdict = Pick<Capability, "allowed" | "reason">;

async function verdict(request: Promise<unknown>): Promise<Verdict> {
  try {
    await request;
    return { allowed: "yes", reason: null };
  } catch (error) {
    const { cause, reason } = whyMissing(error);
    return { allowed: cause === "not-permitted" ? "no" : "unknown", reason };
  }
}

async function dryRun(port: RedisPort, whoami: string | null, argv: string[]): Promise<Verdict> {
  if (whoami === null) return { allowed: "unknown", reason: "ACL WHOAMI is refused, so the rules cannot be asked" };
  try {
    const reply = await port.call("ACL", "DRYRUN", whoami, ...argv);
    return reply === "OK" ? { allowed: "yes", reason: null } : { allowed: "no", reason: String(reply) };
  } catch (error) {
    const unknown = "nothing was tried: ACL DRYRUN needs Redis 7.0 and the right to call it";
    if (error instanceof ServerReplyError) return { allowed: "unknown", reason: unknown };
    return { allowed: "unknown", reason: whyMissing(error).reason };
  }
}

function name(argv: string[]): string {
  return /^(CONFIG|SLOWLOG|LATENCY|CLIENT|ACL|MEMORY|MODULE|CLUSTER|SENTINEL)$/.test(argv[0] ?? "")
    ? argv.slice(0, 2).join(" ")
    : String(argv[0]);
}
