import { describe, expect, it } from "vitest";
import type { Report } from "../../src/model/report.js";
import { foundRules, runBigkeys, touchArgs } from "../support/bigkeys-run.js";
import { releases, startCluster, startRedis, usingServers, type RedisServer } from "../support/servers/index.js";
import { directoryWith } from "./profile-directory.js";

usingServers();

const all = await releases();

/** The newest Redis and the newest Valkey. */
const newest = ["redis", "valkey"].flatMap((product) => all.filter((one) => one.product === product).at(-1) ?? []);

interface Case {
  rule: string;
  priority: string;
  /** Scripts; a cause of several runs them one after the other, so that none takes long. */
  cause: string[];
  mend: string;
  /** In the evidence or the issue: what it is about. */
  names: string;
}

/** A minute that lies twenty minutes ahead, from its beginning on. */
const soon = Math.floor(Date.now() / 60_000) * 60 + 1_260;

const document = JSON.stringify({ id: 7, name: "somebody", roles: ["a", "b"], address: { city: "x", street: "y" } });

const cases: Case[] = [
  {
    rule: "big-string",
    priority: "high",
    cause: [`redis.call('SETRANGE', 'export', 12 * 1024 * 1024, 'x')`],
    mend: `redis.call('UNLINK', 'export')`,
    names: "export",
  },
  {
    rule: "big-collection",
    priority: "high",
    cause: Array.from(
      { length: 12 },
      (_, i) => `for i = ${i * 100_000}, ${i * 100_000 + 99_999} do redis.call('HSET', 'index', i, 'v') end`,
    ),
    mend: `redis.call('UNLINK', 'index')`,
    names: "index",
  },
  {
    rule: "ttl-cliff",
    priority: "medium",
    cause: [
      `for i = 1, 12000 do redis.call('SET', 'deal:' .. i, 'v'); redis.call('EXPIREAT', 'deal:' .. i, ${soon}) end`,
    ],
    mend: `for i = 1, 12000 do redis.call('EXPIREAT', 'deal:' .. i, ${soon} + i * 10) end`,
    names: "due in one minute",
  },
  {
    rule: "locks-without-ttl",
    priority: "medium",
    cause: [`for i = 1, 50 do redis.call('SET', 'lock:order:' .. i, 'holder') end`],
    mend: `for i = 1, 50 do redis.call('EXPIRE', 'lock:order:' .. i, 30 + i) end`,
    names: "lock:order:*",
  },
  {
    rule: "sessions-without-ttl",
    priority: "medium",
    cause: [`for i = 1, 400 do redis.call('HSET', 'session:' .. i, 'user', i, 'since', i) end`],
    mend: `for i = 1, 400 do redis.call('EXPIRE', 'session:' .. i, 3600 + 60 * i) end`,
    names: "session:*",
  },
  {
    rule: "stream-group-stuck",
    priority: "medium",
    cause: [
      `for i = 1, 200 do redis.call('XADD', 'jobs', i .. '-0', 'n', i) end
       redis.call('XGROUP', 'CREATE', 'jobs', 'workers', '0')
       redis.call('XREADGROUP', 'GROUP', 'workers', 'w1', 'COUNT', '150', 'STREAMS', 'jobs', '>')
       for i = 1, 150 do redis.call('XCLAIM', 'jobs', 'workers', 'w1', '0', i .. '-0', 'IDLE', '7200000', 'JUSTID') end`,
    ],
    mend: `for i = 1, 150 do redis.call('XACK', 'jobs', 'workers', i .. '-0') end`,
    names: "jobs (group workers)",
  },
  {
    rule: "stream-untrimmed",
    priority: "low",
    cause: [`for i = 1, 30000 do redis.call('XADD', 'events', i .. '-0', 'payload', string.rep('x', 60)) end`],
    mend: `redis.call('XTRIM', 'events', 'MAXLEN', '5000')`,
    names: "events",
  },
  {
    rule: "tiny-strings",
    priority: "info",
    cause: [`for i = 1, 60000 do redis.call('SET', 'flag:' .. i, 'on') end`],
    mend: `for i = 1, 60000 do
      redis.call('UNLINK', 'flag:' .. i); redis.call('HSET', 'flags:' .. math.floor(i / 100), i, 'on') end`,
    names: "flag:*",
  },
  {
    rule: "json-strings",
    priority: "info",
    cause: [`for i = 1, 12000 do redis.call('SET', 'doc:' .. i, '${document}', 'EX', 90000 + i * 60) end`],
    mend: `for i = 1, 12000 do redis.call('SET', 'doc:' .. i, string.rep('x', 100), 'EX', 90000 + i * 60) end`,
    names: "doc:*",
  },
  {
    rule: "large-values",
    priority: "info",
    cause: [`for i = 1, 20 do redis.call('SETRANGE', 'blob:' .. i, 200000, 'x') end`],
    mend: `for i = 1, 20 do redis.call('UNLINK', 'blob:' .. i) end`,
    names: "blob:*",
  },
  {
    rule: "long-key-names",
    priority: "info",
    cause: [
      `for i = 1, 6000 do redis.call('SET', 'query:' .. string.rep('n', 300) .. ':' .. i, 'v', 'EX', 9000 + i) end`,
    ],
    mend: `redis.call('FLUSHALL')`,
    names: "query:",
  },
  {
    rule: "near-empty-collections",
    priority: "info",
    cause: [`for i = 1, 30000 do redis.call('HSET', 'counter:' .. i, 'n', '1') end`],
    mend: `for i = 1, 30000 do redis.call('HSET', 'counter:' .. i, 'n', '1', 'last', '2', 'first', '3') end`,
    names: "counter:*",
  },
];

describe.each(newest)("on $name", ({ name: release }) => {
  it.each(cases)(
    "$rule is found, and not any more when it was mended",
    async ({ rule, priority, cause, mend, names }) => {
      const server = await startRedis({ release });
      for (const script of cause) await server.call("EVAL", script, "0");
      const args = [server.address, ...touchArgs(release)];
      const { report } = await runBigkeys(args);
      const findings = report.recommendations.filter(({ ruleId }) => ruleId === rule);
      expect(findings.map((finding) => finding.priority)).toEqual([priority]);
      expect(JSON.stringify(findings)).toContain(names);
      await server.call("EVAL", mend, "0");
      expectHealthy((await runBigkeys(args)).report, rule);
    },
  );

  it("bytes-without-ttl is found in what evicts, and not in what does not", async () => {
    const server = await startRedis({ release, config: { maxmemory: "200mb", "maxmemory-policy": "allkeys-lru" } });
    const fill = `for i = 1, 500 do redis.call('SET', 'page:' .. i, string.rep('x', 8000)) end`;
    await server.call("EVAL", fill, "0");
    const args = [server.address, ...touchArgs(release)];
    const found = async () => foundRules((await runBigkeys(args)).report).includes("bytes-without-ttl");
    expect(await found()).toBe(true);
    await server.call("CONFIG", "SET", "maxmemory-policy", "noeviction");
    expect(await found()).toBe(false);
    await server.call("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
    await server.call("EVAL", `for i = 1, 500 do redis.call('EXPIRE', 'page:' .. i, 3600 + i * 60) end`, "0");
    expectHealthy((await runBigkeys(args)).report, "bytes-without-ttl");
  });

  it("node-skew and heavy-hash-tag name the node and the tag that one tenant fills", async () => {
    const { primaries } = await startCluster({ release, replicasPerPrimary: 0 });
    const [first] = primaries as [RedisServer];
    const tag = await tagOf(first);
    const spread = (at: number) => `for i = 1, 200 do redis.call('SET', KEYS[1] .. i, string.rep('x', ${at})) end`;
    await first.call("EVAL", spread(20_000), "1", `{${tag}}:doc:`);
    const dir = await directoryWith({
      "it.yaml": [
        "kind: cluster",
        "nodes:",
        `  - ${first.address}`,
        "thresholds:",
        "  node-skew: { minBytes: 1000000 }",
        "  heavy-hash-tag: { minBytes: 1000000 }",
      ].join("\n"),
    });
    const args = ["-p", "it", "--profiles-dir", dir, ...touchArgs(release)];
    const { report } = await runBigkeys(args);
    const about = (rule: string) => report.recommendations.find(({ ruleId }) => ruleId === rule);
    expect(about("node-skew")).toMatchObject({ priority: "medium", node: first.address });
    expect(about("heavy-hash-tag")).toMatchObject({ priority: "medium", node: first.address });
    expect(JSON.stringify(about("heavy-hash-tag")?.evidence)).toContain(`{${tag}}`);
    await first.call("EVAL", spread(10), "1", `{${tag}}:doc:`);
    const mended = (await runBigkeys(args)).report;
    expectHealthy(mended, "node-skew");
    expectHealthy(mended, "heavy-hash-tag");
  });
});

/** Judged, and nothing found: "could not look" is no health. */
function expectHealthy(report: Report, rule: string): void {
  expect(foundRules(report)).not.toContain(rule);
  expect(report.coverage.cannotJudge.filter(({ ruleId }) => ruleId === rule)).toEqual([]);
  expect(report.status).toBe("success");
}

/** A tag whose slot this node, the first of three, has. */
async function tagOf(first: RedisServer): Promise<string> {
  for (let i = 0; ; i++) if (Number(await first.call("CLUSTER", "KEYSLOT", `tenant${i}`)) < 5_000) return `tenant${i}`;
}
