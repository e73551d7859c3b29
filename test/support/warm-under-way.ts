import type { Report } from "../../src/model/report.js";
import { spawnCli, type RunningCli } from "../cli/spawn-cli.js";
import { validReport } from "./bigkeys-run.js";
import { waitUntil, type RedisServer } from "./servers/index.js";
import { calm } from "./warm-run.js";

interface UnderWay {
  pace?: string[];
  /** That many keys are there. */
  keys?: number;
}

/** A run of the built program that takes some seconds, when it has surely written something. */
export async function underWay(
  args: string[],
  servers: RedisServer[],
  { pace = [...calm, "--rate", "3k"], keys = 1 }: UnderWay = {},
): Promise<RunningCli> {
  const run = spawnCli(["warm", ...args, ...pace, "--json"]);
  let over = false;
  void run.ended.then(() => (over = true));
  await waitUntil(async () => over || (await itemCount(...servers)) >= keys, {
    what: "the run writes",
    timeoutMs: 30_000,
  });
  return run;
}

/** Of a run that was started with --json. */
export async function ended(run: RunningCli): Promise<{ code: number | null; report: Report }> {
  const { code } = await run.ended;
  if (run.stdout() === "") throw new Error(`no report, exit code ${code ?? "none"}: ${run.stderr()}`);
  return { code, report: validReport(run.stdout()) };
}

export async function keyCount(...servers: RedisServer[]): Promise<number> {
  const sizes = await Promise.all(servers.map((server) => server.call("DBSIZE")));
  return sizes.reduce<number>((sum, size) => sum + Number(size), 0);
}

/** Keys without the run's own lock. */
export async function itemCount(...servers: RedisServer[]): Promise<number> {
  const locks = await Promise.all(servers.map((server) => server.call("KEYS", "cachectl:warm-lock:*")));
  return (await keyCount(...servers)) - locks.flat().length;
}

/** A key's value as the bytes that are there, which the tests' own connection would take for text. */
export async function storedBytes(server: RedisServer, key: string): Promise<Buffer> {
  const hex = "return (redis.call('GET', KEYS[1]):gsub('.', function(c) return string.format('%02x', c:byte()) end))";
  return Buffer.from(String(await server.call("EVAL", hex, "1", key)), "hex");
}
