import { describe, it, type ExpectStatic } from "vitest";
import type { Report } from "../../src/model/report.js";
import { rowsOf, runBigkeys, sumOf, touchArgs } from "../support/bigkeys-run.js";
import { askEveryKey, askSlots, largestBy, totalOf, type AskedKey } from "../support/brute-force.js";
import { mixedKeys, storeKeys, type MixedKey } from "../support/mixed-keys.js";
import { releases, startCluster, startRedis, usingServers, type RedisServer } from "../support/servers/index.js";

usingServers();

const all = await releases();

/** The newest Redis and the newest Valkey. */
const newest = ["redis", "valkey"].flatMap((product) => all.filter((one) => one.product === product).at(-1) ?? []);

const listed = 25;
const options = ["--top", String(listed), "--groups", "1000"];

describe.each(all)("$name", ({ name: release }) => {
  it("gives what asking every key of every database gives, and what the generator made", async ({ expect }) => {
    const server = await startRedis({ release });
    const [keys, others] = [mixedKeys(1), mixedKeys(2).slice(0, 1_500)];
    await storeKeys(keys, [server]);
    await storeKeys(others, [server], 5);
    const asked = await askEveryKey([server], [0, 5]);
    const { report, code } = await runBigkeys([server.address, ...options, ...touchArgs(release)]);
    expect({ code, status: report.status }).toEqual({ code: 0, status: "success" });
    expectTotals(expect, report, asked);
    expectTops(expect, report, asked);
    expectGroups(expect, report, [...keys, ...others], asked);
    expectTtls(expect, report, asked);
    expectNodes(expect, report, asked, [server]);
    expectTags(expect, report, asked);
  });
});

describe.each(newest)("a cluster of $name", ({ name: release }) => {
  it("gives what asking every key of every primary gives, and where it lies", async ({ expect }) => {
    const { primaries } = await startCluster({ release, replicasPerPrimary: 0 });
    const keys = mixedKeys(3);
    await storeKeys(keys, primaries);
    const asked = await askEveryKey(primaries);
    const target = `redis+cluster://${primaries[0]?.address ?? ""}`;
    const { report, code } = await runBigkeys([target, ...options, ...touchArgs(release)]);
    expect({ code, status: report.status }).toEqual({ code: 0, status: "success" });
    expectTotals(expect, report, asked);
    expectTops(expect, report, asked);
    expectGroups(expect, report, keys, asked);
    expectTtls(expect, report, asked);
    expectNodes(expect, report, asked, primaries);
    expectTags(expect, report, asked);
    await expectSlots(expect, report, asked, primaries[0] as RedisServer);
  });
});

describe("a sample", () => {
  it("has the true sums within its intervals, and says that it is one", async ({ expect }) => {
    const server = await startRedis();
    // Without the giants: the sample may have none of them, and says so, but its interval of bytes cannot know.
    const keys = mixedKeys(4).filter(({ pattern }) => !/^(big|same):/.test(pattern));
    await storeKeys(keys, [server]);
    const asked = await askEveryKey([server]);
    const { report } = await runBigkeys([server.address, "--sample", "20%", "--groups", "1000"]);
    const [node] = rowsOf(report, "skew-nodes");
    // A right interval of 95 % is missed by so much less than once in a million runs.
    const tolerance = 3;
    for (const [column, truth] of [
      ["keys", asked.length],
      ["bytes", totalOf(asked)],
    ] as const) {
      const [value, plusMinus] = [Number(node?.[column]), Number(node?.[`${column}PlusMinus`])];
      expect(plusMinus).toBeGreaterThan(0);
      expect(plusMinus).toBeLessThan(truth);
      expect(Math.abs(value - truth)).toBeLessThanOrEqual(tolerance * plusMinus);
    }
    const [scan] = rowsOf(report, "scan");
    expect(scan).toMatchObject({ seenKeys: asked.length, expectedKeys: asked.length });
    expect(Number(scan?.["measuredKeys"])).toBeLessThan(asked.length / 2);
    expect(report.notes.join(" ")).toContain("20 % of the keys were measured");
    expect(report.notes.join(" ")).toContain("up to 13 larger ones may be outside of it");
    expect(report.coverage.cannotJudge.map(({ reason }) => reason).join(" ")).toContain("only 20 %");
  });
});

function expectTotals(expect: ExpectStatic, report: Report, asked: AskedKey[]): void {
  expect(sumOf(report, "scan", "seenKeys")).toBe(asked.length);
  expect(sumOf(report, "scan", "expectedKeys")).toBe(asked.length);
  expect(sumOf(report, "groups", "keys")).toBe(asked.length);
  expect(sumOf(report, "groups", "bytes")).toBe(totalOf(asked));
  expect(sumOf(report, "skew-nodes", "bytes")).toBe(totalOf(asked));
}

function expectTops(expect: ExpectStatic, report: Report, asked: AskedKey[]): void {
  for (const [section, by, column] of [
    ["largest-keys", "closeBytes", "bytes"],
    ["longest-keys", "elements", "elements"],
  ] as const) {
    const wanted = largestBy(asked, by);
    const shown = (keys: AskedKey[]) =>
      keys.slice(0, listed).map((key) => [key.name, key[by], key.node, key.database, key.type]);
    const given = (id: string) =>
      rowsOf(report, id).map((row) => [row["key"], row[column], row["node"], row["database"], row["type"]]);
    expect(given(section)).toEqual(shown(wanted));
    for (const type of new Set(wanted.map((key) => key.type)))
      expect(given(`${section}-${type}`)).toEqual(shown(wanted.filter((key) => key.type === type)));
    const last = wanted[listed - 1]?.[by];
    const equal = wanted.slice(listed).filter((key) => key[by] === last).length;
    const note = report.notes.find((line) => line.includes("exactly as large") && line.includes(`by ${column}`));
    expect(note?.split(" ")[0]).toBe(equal === 0 ? undefined : String(equal));
  }
}

function expectGroups(expect: ExpectStatic, report: Report, keys: MixedKey[], asked: AskedKey[]): void {
  const patterns = new Map(keys.map(({ name, pattern }) => [name, pattern]));
  const wanted = sumsBy(asked, ({ name }) => patterns.get(name) ?? "not of the generator's");
  const given = rowsOf(report, "groups").map(({ pattern, keys, bytes }) => [pattern, { keys, bytes }] as const);
  expect(Object.fromEntries(given)).toEqual(Object.fromEntries(wanted));
}

function expectTtls(expect: ExpectStatic, report: Report, asked: AskedKey[]): void {
  const rows = rowsOf(report, "ttl");
  for (const { fromSeconds, toSeconds, keys, bytes } of rows) {
    const [from, to] = [Number(fromSeconds) * 1000, toSeconds === null ? Infinity : Number(toSeconds) * 1000];
    const within = asked.filter(({ ttlMs }) =>
      fromSeconds === null ? ttlMs === -1 : ttlMs !== -1 && ttlMs >= from && ttlMs < to,
    );
    expect({ from, keys, bytes }).toEqual({ from, keys: within.length, bytes: totalOf(within) });
  }
  expect(sumOf(report, "ttl", "keys")).toBe(asked.length);
}

function expectNodes(expect: ExpectStatic, report: Report, asked: AskedKey[], servers: RedisServer[]): void {
  const sums = sumsBy(asked, ({ node }) => node);
  const given = rowsOf(report, "skew-nodes").map(({ node, keys, bytes }) => [node, { keys, bytes }] as const);
  expect(new Map(given)).toEqual(sums);
  expect(given.map(([node]) => node)).toEqual(servers.map(({ address }) => address).sort());
}

async function expectSlots(expect: ExpectStatic, report: Report, asked: AskedKey[], member: RedisServer) {
  const names = asked.map(({ name }) => name);
  const slots = await askSlots(member, names);
  const nodes = new Map(asked.map(({ name, node }) => [String(slots.get(name)), node]));
  const wanted = [...sumsBy(asked, ({ name }) => String(slots.get(name)))]
    .sort(([a, x], [b, y]) => y.bytes - x.bytes || Number(a) - Number(b))
    .map(([slot, { keys, bytes }]) => ({ slot, node: nodes.get(slot), keys, bytes }));
  const given = rowsOf(report, "skew-slots").map(({ slot, node, keys, bytes }) => ({ slot, node, keys, bytes }));
  expect(given).toEqual(wanted.slice(0, 20));
  for (const { key, slot } of rowsOf(report, "largest-keys")) expect(slot).toBe(String(slots.get(String(key))));
}

function expectTags(expect: ExpectStatic, report: Report, asked: AskedKey[]): void {
  const tagOf = ({ name }: AskedKey) => /\{.+?\}/.exec(name)?.[0] ?? "";
  const sums = sumsBy(
    asked.filter((key) => tagOf(key) !== ""),
    tagOf,
  );
  const heaviest = [...sums.values()].map(({ bytes }) => bytes).sort((a, b) => b - a);
  const given = rowsOf(report, "hash-tags");
  expect(given.map(({ bytes }) => bytes)).toEqual(heaviest.slice(0, 20));
  for (const { tag, keys, bytes } of given) expect({ tag, keys, bytes }).toEqual({ tag, ...sums.get(String(tag)) });
}

function sumsBy(asked: AskedKey[], of: (key: AskedKey) => string): Map<string, { keys: number; bytes: number }> {
  const sums = new Map<string, { keys: number; bytes: number }>();
  for (const key of asked) {
    const { keys, bytes } = sums.get(of(key)) ?? { keys: 0, bytes: 0 };
    sums.set(of(key), { keys: keys + 1, bytes: bytes + key.bytes });
  }
  return sums;
}
