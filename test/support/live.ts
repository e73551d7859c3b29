import { connect } from "node:net";
import { analyzeRules } from "../../src/analyze/known-rules.js";
import { runRules } from "../../src/analyze/run-rules.js";
import { observeTarget } from "../../src/collect/observe-target.js";
import { openFleet } from "../../src/connect/open-fleet.js";
import type { Observation } from "../../src/model/observation.js";
import type { Profile } from "../../src/model/profile.js";
import type { Recommendation, Report } from "../../src/model/report.js";
import { Secret } from "../../src/model/secret.js";
import { analysisReport } from "../../src/report/build-report.js";
import { RespConnection } from "./servers/index.js";

/** What a test wants to differ from a plain login to one server. */
export interface LiveOptions {
  kind?: Profile["kind"];
  password?: string;
  username?: string;
  /** Between the samples; short, since tests make their own traffic. */
  sampleMs?: number;
  identity?: Partial<Profile["identity"]>;
  profile?: Partial<Profile>;
  /** Runs between the two samples, to have something happen within the window. */
  during?: () => Promise<void>;
}

/** Analyzes real servers as `cachectl analyze` does, from their addresses. */
export async function analyzeLive(
  servers: { host: string; port: number }[],
  options: LiveOptions = {},
): Promise<Report> {
  const observation = await observeLive(servers, options);
  const analysis = runRules(observation, analyzeRules);
  return analysisReport({ observation, analysis, startedAt: observation.observedAt, durationMs: 0 });
}

export async function observeLive(
  servers: { host: string; port: number }[],
  options: LiveOptions = {},
): Promise<Observation> {
  const profile = liveProfile(servers, options);
  const sampleMs = options.sampleMs ?? 200;
  const signal = new AbortController().signal;
  const fleet = await openFleet(profile, signal);
  let happening: Promise<void> | undefined;
  const clock = {
    now: () => Date.now(),
    monotonicMs: () => performance.now(),
    sleep: async (ms: number) => {
      // Every node waits for itself; what is to happen meanwhile happens once.
      happening ??= options.during?.();
      await Promise.all([new Promise((resolve) => setTimeout(resolve, ms)), happening]);
    },
  };
  try {
    const target = await observeTarget(fleet, profile.identity, sampleMs, clock);
    return {
      schemaVersion: 1,
      tool: { name: "cachectl", version: "0.0.0" },
      observedAt: new Date().toISOString(),
      sampleSeconds: sampleMs / 1000,
      targets: [target],
    };
  } finally {
    fleet.close();
  }
}

export function liveProfile(servers: { host: string; port: number }[], options: LiveOptions = {}): Profile {
  const kind = options.kind ?? "standalone";
  return {
    identity: {
      name: "live",
      kind,
      role: null,
      labels: {},
      protected: false,
      thresholds: {},
      ignore: [],
      ...options.identity,
    },
    source: "url",
    kind,
    seeds: servers.map(({ host, port }) => ({ host, port })),
    masterName: null,
    credentials:
      options.password === undefined
        ? null
        : { username: options.username ?? null, password: new Secret(options.password) },
    sentinelCredentials: null,
    memcachedLogin: "sasl",
    tls: null,
    sentinelTls: false,
    database: 0,
    natMap: {},
    timeouts: { connectMs: 5_000, commandMs: 5_000 },
    discover: true,
    tags: { scheme: null, prefix: null },
    hashing: null,
    weights: {},
    auditFile: null,
    ...options.profile,
  };
}

/**
 * Carries out a recommendation's `redis-cli -h HOST -p PORT …` lines as written, over a connection of the test's own, so
 * that the very text a user copies is what is proved; `printf … | nc HOST PORT` lines for Memcached too. Lines for other
 * programs are an error.
 */
export async function carryOut(
  recommendation: Recommendation,
  password?: string,
  /** What to type where a line reads a new password from the terminal. */
  newPassword?: string,
): Promise<void> {
  for (const printed of recommendation.commands) {
    if (printed.startsWith("printf ")) {
      await sendToMemcached(printed);
      continue;
    }
    const { line, typed } = passwordPrompt(printed, newPassword);
    const words = shellWords(line);
    const [program, hostFlag, host, portFlag, port] = words;
    if (program !== "redis-cli" || hostFlag !== "-h" || portFlag !== "-p")
      throw new Error(`not a redis-cli line: ${line}`);
    const argv = [...words.slice(5).filter((word) => word !== "--askpass" && word !== "-x"), ...typed];
    const connection = new RespConnection(Number(port), host);
    try {
      if (password !== undefined) await connection.call("AUTH", password);
      const [command = "", ...args] = argv;
      await connection.call(command, ...args);
    } finally {
      connection.close();
    }
  }
}

/** `read -rs PASSWORD && printf %s "$PASSWORD" | redis-cli … -x …` hands what is typed to redis-cli as the last argument. */
function passwordPrompt(line: string, newPassword: string | undefined): { line: string; typed: string[] } {
  const prompt = 'read -rs PASSWORD && printf %s "$PASSWORD" | ';
  if (!line.startsWith(prompt) || newPassword === undefined) return { line, typed: [] };
  return { line: line.slice(prompt.length), typed: [newPassword] };
}

/** Writes what `printf` would, then reads until the server hangs up, as `nc` does. Rejects when Memcached answers with an error. */
async function sendToMemcached(line: string): Promise<void> {
  const match = /^printf '([^']*)' \| nc (\S+) (\d+)$/.exec(line);
  if (match === null) throw new Error(`not a Memcached line: ${line}`);
  const [, format = "", host = "", port = ""] = match;
  const socket = connect({ host, port: Number(port) });
  socket.write(format.replaceAll(String.raw`\r\n`, "\r\n").replaceAll("%%", "%"));
  let answer = "";
  for await (const chunk of socket) answer += String(chunk);
  if (/^(CLIENT_|SERVER_)?ERROR/m.test(answer)) throw new Error(`${line}: ${answer}`);
}

/** Splits a line as a POSIX shell does, as far as the report quotes: words, '…' and \' . */
function shellWords(line: string): string[] {
  return [...line.matchAll(/(?:'[^']*'|\\.|[^\s'\\])+/g)].map(([word]) => word.replaceAll(/'([^']*)'|\\(.)/g, "$1$2"));
}
