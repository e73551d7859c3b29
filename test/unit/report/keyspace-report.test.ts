import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { missing } from "../../../src/model/fact.js";
import type { Finding, Judgement } from "../../../src/model/finding.js";
import type { Observation } from "../../../src/model/observation.js";
import type { Report, TableSection } from "../../../src/model/report.js";
import { keyspaceReport, type KeyspaceRun } from "../../../src/report/keyspace-report.js";
import { renderReport, type RenderOptions } from "../../../src/report/render.js";
import schema from "../../../src/report/report.schema.json" with { type: "json" };
import { keyspaces } from "../../golden/keyspaces.js";
import { finding, judgement } from "../../support/analysis.js";
import { redisNode } from "../../support/facts.js";
import {
  exactly,
  keyGroup,
  nodeScan,
  observedKeyspace,
  topKey,
  type TopicOverrides,
} from "../../support/judge-keyspace.js";
import { unreachableNode } from "./reports.js";

const validate = new Ajv2020({ allErrors: true, strictTypes: false }).compile(schema);

function reportOf(overrides: TopicOverrides = {}, changes: Partial<KeyspaceRun> = {}): Report {
  return reportOn(observedKeyspace(overrides, {}), changes);
}

function reportOn(
  observation: Observation,
  changes: Partial<KeyspaceRun> & { findings?: Finding[]; judgements?: Judgement[] } = {},
): Report {
  const { findings = [], judgements = [], ...rest } = changes;
  return keyspaceReport({
    observation,
    analysis: { findings, judgements },
    options: { top: 20, groups: 30 },
    version: "0.0.0",
    startedAt: "2026-11-20T12:00:00.000Z",
    durationMs: 300,
    interrupted: false,
    ...rest,
  });
}

function section(report: Report, id: string): TableSection {
  const found = report.sections.find((item) => item.id === id);
  if (found?.kind !== "table") throw new Error(`no table ${id}`);
  return found;
}

const ids = (report: Report) => report.sections.map(({ id }) => id);

function text(report: Report, format: RenderOptions["format"] = "table", width = 80): string {
  return renderReport(report, { format, width, color: false });
}

describe("the report of bigkeys", () => {
  it.each(Object.entries(keyspaces))("is what the schema allows: %s", (_, run) => {
    validate(JSON.parse(JSON.stringify(keyspaceReport(run))));
    expect(validate.errors ?? []).toEqual([]);
  });

  it("has every section and column that docs/bigkeys.md names", () => {
    const page = readFileSync(new URL("../../../docs/bigkeys.md", import.meta.url), "utf8");
    const reports = Object.values(keyspaces).map(keyspaceReport);
    const named = reports.flatMap(({ sections }) => sections).flatMap((item) => (item.kind === "table" ? [item] : []));
    const unnamed = named
      .flatMap(({ id, columns }) => [
        id.replace(/^(largest|longest)-keys-.*/, "$1-keys-<type>"),
        ...columns.map(({ key }) => key),
      ])
      .filter((name) => !name.endsWith("PlusMinus") && !page.includes(`\`${name}\``));
    expect([...new Set(unnamed)]).toEqual([]);
  });

  it("keeps every line within the terminal, but for commands", () => {
    for (const run of Object.values(keyspaces))
      for (const width of [80, 100, 120]) {
        const lines = text(keyspaceReport(run), "table", width).split("\n");
        expect(lines.filter((line) => line.length > width && !line.includes("$ "))).toEqual([]);
      }
  });

  it("answers in the first line what was found, how much there is, and what most of it is", () => {
    expect(reportOf().summary).toBe(
      "Nothing to do. 100,000 keys, 50 MB in 1 primary of test; scanned in 0.2 s (476,190 keys/s). Most memory: session:* 100 %.",
    );
  });

  it("carries the findings, and no metrics of a moment that it did not watch", () => {
    const report = reportOn(observedKeyspace({}, {}), { findings: [finding({ ruleId: "big-string" })] });
    expect(report.recommendations).toMatchObject([{ ruleId: "big-string", node: "10.0.0.5:6379" }]);
    expect(report).toMatchObject({ operation: "bigkeys", metrics: null, coverage: { sample: null } });
    expect(report.targets[0]?.nodes[0]?.metrics).toMatchObject({ usedBytes: 2 ** 30, hitRate: null, missRate: null });
  });

  it("goes out in lines and to Nagios like every other", () => {
    const lines = text(reportOf(), "ndjson").trimEnd().split("\n");
    const rows = lines.map((line) => JSON.parse(line) as { type: string; section?: string; target?: string });
    expect(rows.find((row) => row.section === "groups")).toMatchObject({ type: "row", target: "test" });
    expect(text(reportOf(), "nagios")).toMatch(/^CACHECTL OK - Nothing to do/);
  });
});

describe("its status", () => {
  it("is success when every key was seen", () => {
    expect(reportOf()).toMatchObject({ status: "success", targets: [{ status: "success" }] });
  });

  it("is partial when keys are missing, a node did not answer or a rule could not be judged", () => {
    expect(reportOf({ scan: { gaps: ["--limit was reached"] } }).status).toBe("partial");
    const nodes = [redisNode(), unreachableNode("10.0.0.6:6379")];
    expect(reportOn(observedKeyspace({}, { nodes })).status).toBe("partial");
    const judgements = [judgement({ outcome: "cannot-judge", reason: "MEMORY is not permitted", node: null })];
    expect(reportOn(observedKeyspace({}, {}), { judgements }).status).toBe("partial");
  });

  it("is failed when no key could be read, though the node answers", () => {
    const gap = "this login may not: SCAN";
    const scan = { gaps: [gap], nodes: [nodeScan({ seenKeys: 0, measuredKeys: 0, gap })] };
    expect(reportOf({ scan })).toMatchObject({ status: "failed", targets: [{ status: "failed" }] });
    expect(reportOf({ scan: missing("unreachable", "nobody answered") }).status).toBe("failed");
  });

  it("is success on an empty keyspace", () => {
    const nodes = [nodeScan({ seenKeys: 0, expectedKeys: 0, measuredKeys: 0, seconds: 0 })];
    const report = reportOf({ scan: { nodes }, keyTotals: { keys: exactly(0), bytes: exactly(0) } });
    expect(report).toMatchObject({ status: "success" });
    expect(report.summary).toContain("0 keys, 0 B in 1 primary of test; scanned in 0 s.");
  });

  it("counts every key of a sample, and those that --match chose out of all", () => {
    const nodes = [nodeScan({ seenKeys: 100_000, expectedKeys: 100_000, measuredKeys: 1_000 })];
    const keys = { value: 101_300, plusMinus: 6_200 };
    const summary = (overrides: TopicOverrides) =>
      reportOf({ keyTotals: { keys, bytes: exactly(1_024) }, ...overrides }).summary;
    expect(summary({ scan: { nodes, sampleRatio: 0.01 } })).toContain("100,000 keys, about 1 KB in");
    const keyTotals = { keys: exactly(40), bytes: exactly(1_024) };
    expect(summary({ scan: { nodes, match: "cart:*" }, keyTotals })).toContain("40 of 100,000 keys, 1 KB in");
  });

  it("says that the run was interrupted, and what was seen until then", () => {
    const gap = "it was interrupted";
    const scan = { gaps: [gap], nodes: [nodeScan({ seenKeys: 40_000, gap })] };
    const report = reportOf({ scan, keyTotals: { keys: exactly(40_000) } }, { interrupted: true });
    expect(report).toMatchObject({ interrupted: true, status: "partial" });
    expect(report.summary).toMatch(/^Interrupted: .* 40,000 of 100,000 keys/);
    expect("interrupted" in reportOf()).toBe(false);
  });
});

describe("its sections", () => {
  it("begin with what eats the memory and end with how it was read", () => {
    expect(ids(reportOf()).at(0)).toBe("groups");
    expect(ids(reportOf()).at(-1)).toBe("scan");
  });

  it("are left out where there is nothing in them or the topic is missing, which a note tells", () => {
    const report = reportOf({ ttls: missing("not-permitted", "PTTL is not permitted") });
    expect(ids(report)).not.toContain("ttl");
    expect(ids(report)).not.toContain("waste");
    expect(report.notes).toContain("Not in this report: TTLs, because PTTL is not permitted.");
  });

  it("are there for each target, named in the title and for programs", () => {
    const [first, second] = [
      observedKeyspace({}, { target: { name: "a" } }),
      observedKeyspace({}, { target: { name: "b" } }),
    ];
    const report = reportOn({ ...first, targets: [...first.targets, ...second.targets] });
    const groups = report.sections.flatMap((item) => (item.kind === "table" && item.id === "groups" ? [item] : []));
    expect(groups.map(({ target, title }) => [target, title])).toEqual([
      ["a", "KEYS BY PATTERN (a)"],
      ["b", "KEYS BY PATTERN (b)"],
    ]);
    expect(report.summary).toContain("200,000 keys, 100 MB in 2 primaries of 2 targets");
  });

  it("carry sizes, times and shares as numbers, and null where they are not known", () => {
    const groups = section(
      reportOf({ keyGroups: { groups: [keyGroup({ bytes: null, ttlSeconds: null })] } }),
      "groups",
    );
    expect(groups.rows).toMatchObject([
      { pattern: "session:*", keys: 100_000, bytes: null, withoutTtlPercent: 0, ttlP50Seconds: null, types: "hash" },
    ]);
    expect(groups.columns.find(({ key }) => key === "bytes")).toMatchObject({ unit: "bytes" });
  });

  it("tell types that mix by their shares", () => {
    const groups = [keyGroup({ types: { string: 9_990, hash: 10, set: 0 } })];
    expect(section(reportOf({ keyGroups: { groups } }), "groups").rows[0]?.["types"]).toBe(
      "string 100 %, hash <1 %, set <1 %",
    );
  });

  it("give half the width of the interval beside a figure of a sample, and only there", () => {
    const groups = [keyGroup({ keys: { value: 100_000, plusMinus: 2_000 } })];
    const report = reportOf({ keyGroups: { groups }, scan: { sampleRatio: 0.01 } });
    expect(section(report, "groups").rows).toMatchObject([{ keys: 100_000, keysPlusMinus: 2_000 }]);
    expect(section(report, "groups").columns.map(({ key }) => key)).not.toContain("bytesPlusMinus");
    expect(report.notes.join("\n")).toContain("1 % of the keys were measured");
  });

  it("list the keys of each type, and print them only where the list over all does not", () => {
    const hashes = [topKey({ key: "h1" }), topKey({ key: "h2" }), topKey({ key: "h3" })];
    const zsets = [topKey({ key: "z1", type: "zset" }), topKey({ key: "z2", type: "zset" })];
    const report = reportOf(
      { largestKeys: { overall: [...hashes, ...zsets], byType: { hash: hashes, zset: zsets } } },
      { options: { top: 2, groups: 30 } },
    );
    expect(section(report, "largest-keys").rows).toHaveLength(2);
    expect(section(report, "largest-keys-hash").shownRows).toBe(0);
    expect(section(report, "largest-keys-zset")).toMatchObject({ shownRows: 3, rows: [{ key: "z1" }, { key: "z2" }] });
    expect(text(report)).not.toContain("LARGEST KEYS BY BYTES: hash");
    expect(text(report)).toContain("LARGEST KEYS BY BYTES: zset");
  });

  it("print no group of next to nothing behind the first ten", () => {
    const groups = Array.from({ length: 14 }, (_, i) =>
      keyGroup({ pattern: `g${i}:*`, sharePercent: i < 12 ? 8 : 0.05 }),
    );
    expect(section(reportOf({ keyGroups: { groups } }), "groups")).toMatchObject({ shownRows: 12 });
    expect(text(reportOf({ keyGroups: { groups } }))).toContain("+2 more in --json");
    const small = groups.map((group) => ({ ...group, sharePercent: 0.01 }));
    expect(section(reportOf({ keyGroups: { groups: small } }), "groups").shownRows).toBe(10);
  });

  it("print few of the keys that are as large as many others", () => {
    const overall = [topKey({ key: "big", bytes: 9_000 }), ..."abcde".split("").map((key) => topKey({ key }))];
    expect(section(reportOf({ largestKeys: { overall, moreEqual: 400 } }), "largest-keys").shownRows).toBe(4);
    expect(section(reportOf({ largestKeys: { overall, moreEqual: 0 } }), "largest-keys").shownRows).toBeUndefined();
  });

  it("print hash tags only where they keep several keys in one slot of a cluster", () => {
    const tag = { tag: "t:1", keys: exactly(20), bytes: exactly(900), slot: 10_886 };
    const single = { ...tag, tag: "t:2", keys: exactly(1) };
    const shown = (...hashTags: (Omit<typeof tag, "slot"> & { slot: number | null })[]) =>
      section(reportOf({ skew: { hashTags } }), "hash-tags").shownRows;
    expect(shown(tag, single)).toBe(1);
    expect(shown({ ...tag, slot: null })).toBe(0);
  });

  it("say of a key without TTL `none`, which is not the same as not known", () => {
    const overall = [topKey({ ttlMs: -1 }), topKey({ key: "b", ttlMs: null }), topKey({ key: "c", ttlMs: 1_500 })];
    const rows = section(reportOf({ largestKeys: { overall } }), "largest-keys").rows;
    expect(rows.map((row) => row["ttlSeconds"])).toEqual(["none", null, 2]);
  });

  it("show a key's own spaces and make its control characters harmless", () => {
    const overall = [topKey({ key: "a  b" }), topKey({ key: "\u001b[2Jx" })];
    const shown = text(reportOf({ largestKeys: { overall } }));
    expect(shown).toContain("a  b");
    expect(shown).toContain(String.raw`\x1b[2Jx`);
  });

  it("list of equal commands' times what only bounds them as a bound", () => {
    const longestCommand = { command: "MEMORY USAGE", milliseconds: 10, basis: "slowlog-threshold" } as const;
    const rows = section(reportOf({ scan: { nodes: [nodeScan({ longestCommand })] } }), "scan").rows;
    expect(rows).toMatchObject([
      { longestCommand: "MEMORY USAGE ≤ 10 ms", longestCommandMs: 10, keysPerSecond: 476_190 },
    ]);
  });
});

describe("its notes", () => {
  const notes = (overrides: TopicOverrides, changes: Partial<KeyspaceRun> = {}) =>
    reportOf(overrides, changes).notes.join("\n");

  it("say what was not seen, and what the scan was narrowed to", () => {
    const scan = { gaps: ["10.0.0.6:6379 died after 5,000 of 9,000 keys"], match: "cart:*", type: "hash" };
    expect(notes({ scan })).toContain("Not every key was seen, because 10.0.0.6:6379 died after 5,000 of 9,000 keys.");
    expect(notes({ scan })).toContain("Only keys that match cart:* were looked at.");
    expect(notes({ scan })).toContain("Only keys of type hash were looked at.");
  });

  it("say what the scan did to the server's counters, or could not find out about itself", () => {
    const nodes = [nodeScan({ addedLookups: 100_000, longestCommand: null, longestCommandUnknown: "no SLOWLOG" })];
    expect(notes({ scan: { nodes } })).toContain("added 100,000 lookups to keyspace_hits");
    expect(notes({ scan: { nodes } })).toContain("not known of 10.0.0.5:6379: no SLOWLOG.");
  });

  it("say once what several nodes refuse, and not again what is missing for it", () => {
    const refused = [{ command: "MEMORY USAGE", cause: "not-permitted" as const, reason: "MEMORY is not permitted" }];
    const scan = { nodes: [nodeScan({ refused }), nodeScan({ node: "10.0.0.6:6379", refused })] };
    const sentence = "Not asked of every key: MEMORY USAGE, because MEMORY is not permitted.";
    expect(reportOf({ scan }).notes.filter((note) => note === sentence)).toHaveLength(1);
    expect(notes({ scan, largestKeys: missing("not-permitted", "MEMORY is not permitted") })).not.toContain(sentence);
  });

  it("do not repeat a gap that the rules could not judge for", () => {
    const gap = "--limit 5 was reached";
    const judgements = [judgement({ outcome: "cannot-judge", reason: gap, node: null })];
    expect(reportOf({ scan: { gaps: [gap] } }).notes.join()).toContain(gap);
    expect(reportOn(observedKeyspace({ scan: { gaps: [gap] } }, {}), { judgements }).notes.join()).not.toContain(gap);
  });

  it("explain sizes that add up to more than the used memory", () => {
    const more = { bytes: exactly(2 ** 40) };
    expect(notes({ keyTotals: more })).toContain("add up to 1 TB, more than used_memory");
    expect(notes({ keyTotals: { bytes: exactly(1_000) } })).not.toContain("add up to");
  });

  it("say what the lists leave out", () => {
    const others = { groups: 12, keys: exactly(340), bytes: exactly(2_048) };
    const text = notes({ keyGroups: { others }, largestKeys: { moreEqual: 3 }, ttls: { unknownKeys: 7 } });
    expect(text).toContain("12 smaller groups are not listed: 340 keys, 2 KB");
    expect(text).toContain("3 more keys are exactly as large as the last of the largest keys by bytes");
    expect(text).toContain("The TTL of 7 keys could not be asked");
  });

  it("say that nothing was hot, rather than nothing", () => {
    const idle = {
      method: "monitor" as const,
      metric: "accesses per second",
      seconds: 5,
      keys: [],
      notes: ["it is so"],
    };
    expect(notes({ hotKeys: idle })).toBe(
      "No hot keys: no key was seen in use in the 5 s that were watched.\nit is so.",
    );
  });

  it("speak of hot keys only to who asked for them", () => {
    const hotKeys = missing("not-supported", "the server has no HOTKEYS and no LFU policy");
    expect(notes({ hotKeys })).not.toContain("hot keys");
    expect(notes({ hotKeys }, { options: { top: 20, groups: 30, hot: {} } })).toContain(
      "Not in this report: hot keys, because the server has no HOTKEYS and no LFU policy.",
    );
  });
});
