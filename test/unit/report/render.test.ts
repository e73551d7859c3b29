import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import type { Report, TableSection } from "../../../src/model/report.js";
import { analysisReport } from "../../../src/report/build-report.js";
import { displayWidth } from "../../../src/report/display-width.js";
import { renderReport } from "../../../src/report/render.js";
import { fleets } from "../../golden/fleets.js";
import { finding, judgement } from "../../support/analysis.js";
import { observationOf, redisNode } from "../../support/facts.js";
import { reportOf, reportOfRun, unreachableNode } from "./reports.js";

const table = (report: Report, width = 80, color = false) => renderReport(report, { format: "table", width, color });
const formats = ["table", "json", "ndjson", "nagios"] as const;
// Everything that a terminal obeys, the line feed of the layout excepted.
const terminalControl = /(?!\n)[\p{Control}\u202a-\u202e\u2066-\u2069\u2028\u2029]/u;

describe("what servers say", () => {
  const evil = "\u001b[2J\u001b]0;owned\u0007\r\u009b31m\u202eOK\nCACHECTL OK - all fine | 'x'=1";
  const report: Report = {
    ...reportOf(
      [redisNode({ server: { version: evil } }), unreachableNode("10.0.0.6:6379")],
      [
        finding({
          issue: `bad ${evil}`,
          action: evil,
          evidence: [{ node: "10.0.0.5:6379", fact: evil, value: evil, unit: "text" }],
          commands: [
            { kind: "server", node: "10.0.0.5:6379", argv: ["TYPE", evil] },
            { kind: "shell", line: `echo ${evil}` },
          ],
        }),
        finding({ priority: "info", issue: evil }),
      ],
      [judgement({ ruleId: "x", outcome: "cannot-judge", reason: evil })],
      { discoveryGaps: [evil] },
    ),
    sections: [
      { kind: "text", id: "t", title: evil, lines: [evil] },
      {
        kind: "table",
        id: "keys",
        title: "keys",
        columns: [{ key: "name", label: evil, unit: "text" }],
        rows: [{ name: evil }],
      },
    ],
  };

  it.each(formats)("cannot give orders to the terminal in %s", (format) => {
    expect(renderReport(report, { format, width: 80, color: false })).not.toMatch(terminalControl);
  });

  it("stays readable: it is written out", () => {
    expect(table(report, 200)).toContain(String.raw`\x1b[2J`);
  });

  it("stays the same value in JSON", () => {
    const parsed = JSON.parse(renderReport(report, { format: "json", width: 80, color: false })) as Report;
    expect(parsed).toEqual(report);
  });

  it("cannot forge a second line or numbers for Nagios", () => {
    const line = renderReport(report, { format: "nagios", width: 80, color: false });
    expect(line.match(/\n/g)).toHaveLength(1);
    expect(line.match(/\|/g)).toHaveLength(1);
  });
});

describe("the table", () => {
  const long = `SET ${"k".repeat(150)}`;
  const commands = [1, 2, 3, 4, 5].map((n) => ({
    kind: "server" as const,
    node: "10.0.0.5:6379",
    argv: [...long.split(" "), String(n)],
  }));

  it.each([40, 60, 80, 120, 200])("keeps within %i columns, save for commands", (width) => {
    for (const run of Object.values(fleets)) {
      const lines = table(analysisReport(run), width).split("\n");
      const tooWide = lines.filter((line) => displayWidth(line) > width && !/^ *\$ /.test(line));
      expect(tooWide).toEqual([]);
    }
  });

  it("never breaks a command, and shows three", () => {
    const lines = table(reportOf([redisNode()], [finding({ commands })])).split("\n");
    expect(lines.filter((line) => line.endsWith(`${long.slice(4)} 1`))).toHaveLength(1);
    expect(lines.filter((line) => line.includes("$ redis-cli"))).toHaveLength(3);
    expect(lines).toContain("   +2 more in --json");
  });

  it("has no colour code without colour, and some with it", () => {
    const report = reportOf([redisNode()], [finding({ commands })]);
    expect(table(report)).not.toContain("\u001b");
    expect(table(report, 80, true)).toContain("\u001b[");
  });

  it("says the same with colour as without", () => {
    for (const run of Object.values(fleets)) {
      const report = analysisReport(run);
      // The layout must not depend on colour: codes take no columns.
      expect(stripVTControlCharacters(table(report, 80, true))).toBe(table(report));
    }
  });

  it("begins with the verdict", () => {
    expect(table(reportOf([redisNode()], [finding({ priority: "critical" })]))).toMatch(/^CRITICAL {2}1 critical\. /);
    expect(table(reportOf([redisNode()]))).toMatch(/^OK {2}Nothing to do\. /);
    expect(table(reportOf([redisNode(), unreachableNode("10.0.0.6:6379")]))).toMatch(/^UNKNOWN {2}/);
  });

  it("counts nodes and shows values that differ between them as a range", () => {
    const nodes = [1, 2, 3, 4, 5].map((n) => `10.0.0.${n}:6379`);
    const evidence = nodes.map((node, index) => {
      return { node, fact: "utilization", value: 90 + index, unit: "percent" as const };
    });
    const text = table(reportOf([redisNode()], [finding({ nodes, evidence })]));
    expect(text).toContain("10.0.0.1:6379, 10.0.0.2:6379, 10.0.0.3:6379 and 2 more");
    expect(text).toContain("utilization: 90 % to 94 %");
  });

  it("gives a node that did not answer one line, however many rules it left unjudged", () => {
    const reason = "connection refused by 10.0.0.6:6379";
    const judgements = Array.from({ length: 70 }, (_, index) =>
      judgement({ ruleId: `rule-${index}`, node: "10.0.0.6:6379", outcome: "cannot-judge", reason }),
    );
    const text = table(reportOf([redisNode(), unreachableNode("10.0.0.6:6379")], [], judgements));
    expect(text).toContain("- 10.0.0.6:6379 did not answer: connection refused by 10.0.0.6:6379\n");
    expect(text).not.toContain("rule-");
  });

  it("names the target where there are several", () => {
    const [first, second] = [observationOf([redisNode()], { name: "a" }), observationOf([redisNode()], { name: "b" })];
    const both = { ...first, targets: [...first.targets, ...second.targets] };
    const text = table(reportOfRun(both, [finding({ target: "b" })], [judgement({ target: "b", outcome: "finding" })]));
    expect(text).toContain("Both nodes of 2 targets answered.");
    expect(text).toContain("b: 10.0.0.5:6379 [memory-near-limit]");
    expect(text).toMatch(/\nb +10\.0\.0\.5:6379 +primary +medium/);
  });

  it("does not name a target twice that is called after its only node", () => {
    const targets = ["10.0.0.5:6379", "10.0.0.6:6379"].map((address) =>
      observationOf([redisNode({ node: { address } })], { name: address }),
    );
    const both = { ...observationOf([]), targets: targets.flatMap((observation) => observation.targets) };
    const text = table(reportOfRun(both, [finding({ target: "10.0.0.5:6379" })]));
    expect(text).toContain("\n   10.0.0.5:6379 [memory-near-limit]");
    expect(text).toMatch(/NODES\naddress +role/);
  });

  it("shows an empty setting as a value", () => {
    const evidence = [{ node: "10.0.0.5:6379", fact: "save", value: "", unit: "text" as const }];
    expect(table(reportOf([redisNode()], [finding({ evidence })]))).toContain('save ""\n');
  });

  it("drops the least important columns of a section, prints none of importance 0, and counts what it does not list", () => {
    const section: TableSection = {
      kind: "table",
      id: "groups",
      title: "GROUPS",
      shownRows: 1,
      columns: [
        { key: "pattern", label: "pattern", unit: "text" },
        { key: "bytes", label: "bytes", unit: "bytes", importance: 90 },
        { key: "example", label: "example", unit: "text", importance: 10 },
        { key: "unknown", label: "not known", unit: "text", importance: 80 },
        { key: "hidden", label: "hidden", unit: "text", importance: 0 },
      ],
      rows: [
        { pattern: "x".repeat(60), bytes: 1_024, example: "e".repeat(30), unknown: null, hidden: "h" },
        { pattern: "second", bytes: 1, example: "e", unknown: "u", hidden: "h" },
      ],
    };
    const shown = table({ ...reportOf([redisNode()]), sections: [section] }, 60);
    expect(shown).toContain("+1 more in --json");
    expect(shown).toContain("1 KB");
    for (const word of ["example", "not known", "hidden", "second"]) expect(shown).not.toContain(word);
    expect(table({ ...reportOf([redisNode()]), sections: [{ ...section, shownRows: 0 }] }, 60)).not.toContain("GROUPS");
  });

  it("breaks a word of a section's cell only where the column ends", () => {
    const columns = ["field", "value"].map((key) => ({ key, label: key, unit: "text" as const }));
    const rows = [{ field: "thresholds.memory-near-limit", value: "/etc/cachectl/profiles/sessions.yaml" }];
    const sections = [{ kind: "table" as const, id: "profile", title: "PROFILE", columns, rows }];
    const lines = table({ ...reportOf([redisNode()]), sections }, 40).split("\n");
    const from = lines.findIndex((line) => line.startsWith("thresholds"));
    expect(lines.slice(from, from + 2)).toEqual([
      "thresholds.memory-n  /etc/cachectl/profi",
      "ear-limit            les/sessions.yaml",
    ]);
  });

  it("does not call a node ok that could not be judged", () => {
    const unjudged = judgement({ outcome: "cannot-judge", reason: "INFO is not permitted" });
    expect(table(reportOf([redisNode()], [], [unjudged]))).toMatch(/10\.0\.0\.5:6379 +primary +unjudged/);
  });

  it("shows what is not known as a dash, never as 0", () => {
    const other = redisNode({
      node: { address: "10.0.0.6:6379" },
      keyspace: { ok: false, cause: "failed", reason: "x" },
    });
    const text = table(reportOf([redisNode(), other]), 200);
    expect(text).toMatch(/10\.0\.0\.6:6379 .* 50 +- +0 /);
  });

  it("drops columns by importance where the terminal is narrow", () => {
    const header = (width: number) =>
      table(reportOf([redisNode()]), width)
        .split("\n")
        .find((line) => line.startsWith("address"));
    expect(header(200)).toMatch(/memory.*hit rate.*clients.*version.*frag/);
    expect(header(60)).toMatch(/role.*memory/);
    expect(header(60)).not.toMatch(/clients|frag/);
  });

  it("shows the most urgent of too many nodes and counts the rest", () => {
    const nodes = Array.from({ length: 60 }, (_, index) => redisNode({ node: { address: `10.0.1.${index}:6379` } }));
    const text = table(reportOf([...nodes, unreachableNode("10.0.0.6:6379")]));
    expect(text).toMatch(/NODES\naddress.*\n10\.0\.0\.6:6379/);
    expect(text).toContain("+21 more nodes in --json, none more urgent");
  });

  it("formats a section's cells by unit and wraps long names, losing nothing", () => {
    const report: Report = {
      ...reportOf([redisNode()]),
      sections: [
        {
          kind: "table",
          id: "top-keys",
          title: "TOP KEYS",
          columns: [
            { key: "name", label: "key", unit: "text" },
            { key: "size", label: "size", unit: "bytes" },
          ],
          rows: [
            { name: "ü".repeat(300), size: 5 * 2 ** 20 },
            { name: "日本", size: null },
          ],
        },
      ],
    };
    const lines = table(report).split("\n");
    expect(lines.find((line) => line.startsWith("ü"))).toMatch(/^ü+ {2}5 MB$/);
    expect(lines.join("").match(/ü/g)).toHaveLength(300);
    expect(lines.find((line) => line.startsWith("日本"))).toMatch(/ -$/);
    expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(80);
  });
});

describe("ndjson", () => {
  it("is one JSON object a line, told apart by type", () => {
    const run = fleets["bad-night"];
    if (run === undefined) throw new Error("no such fleet");
    const text = renderReport(analysisReport(run), { format: "ndjson", width: 80, color: false });
    const objects = text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { type: string; target?: string });
    expect(objects.map(({ type }) => type)).toEqual([
      "summary",
      ...Array<string>(5).fill("recommendation"),
      ...Array<string>(4).fill("node"),
    ]);
    expect(objects.at(-1)).toMatchObject({ target: "prod-cache", address: "10.0.0.8:6379" });
  });

  it("gives a section's rows", () => {
    const columns = [{ key: "size", label: "size", unit: "bytes" as const }];
    const sections = [{ kind: "table" as const, id: "top", title: "Top", columns, rows: [{ size: 5 }] }];
    const text = renderReport({ ...reportOf([]), sections }, { format: "ndjson", width: 80, color: false });
    expect(text).toContain('{"type":"row","section":"top","cells":{"size":5}}\n');
  });
});
