import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import type { Report } from "../../../src/model/report.js";
import { analysisReport } from "../../../src/report/build-report.js";
import { explanationSection } from "../../../src/report/explanation.js";
import schema from "../../../src/report/report.schema.json" with { type: "json" };
import { fleets } from "../../golden/fleets.js";

const validate = new Ajv2020({ allErrors: true, strictTypes: false }).compile(schema);

function problems(report: unknown): string[] {
  validate(report);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

function badNight(): Report {
  const run = fleets["bad-night"];
  if (run === undefined) throw new Error("no such fleet");
  return structuredClone(analysisReport(run));
}

describe("report.schema.json", () => {
  it.each(Object.entries(fleets))("accepts the report of the %s", (_, run) => {
    expect(problems(JSON.parse(JSON.stringify(analysisReport(run))))).toEqual([]);
  });

  it("accepts sections, no metrics, no samples, and properties of later versions", () => {
    const report = badNight();
    report.metrics = null;
    report.coverage.sample = null;
    report.sections = [
      explanationSection({ code: "OOM", cause: "Full.", resolution: "Add memory.", commands: [] }),
      {
        kind: "table",
        id: "top-keys",
        title: "Top keys",
        columns: [{ key: "size", label: "size", unit: "bytes" }],
        rows: [{ size: 5 }, { size: null }],
      },
    ];
    expect(problems({ ...report, colour: "blue" })).toEqual([]);
  });

  const broken: [string, (report: Report) => unknown][] = [
    ["a missing summary", (report) => ({ ...report, summary: undefined })],
    ["a hit rate in text", (report) => ({ ...report, metrics: { ...report.metrics, hitRate: "94" } })],
    ["a hit rate over 100", (report) => ({ ...report, metrics: { ...report.metrics, hitRate: 101 } })],
    ["an unknown status", (report) => ({ ...report, status: "ok" })],
    ["another schema version", (report) => ({ ...report, schemaVersion: 2 })],
    ["metrics without the unknown", (report) => ({ ...report, metrics: { ...report.metrics, unknown: undefined } })],
    ["memory as a number", (report) => withMemory(report, { used: 5 })],
    ["memory in a unit of its own", (report) => withMemory(report, { used: "5 GiB" })],
    ["a priority that does not exist", (report) => withRecommendation(report, { priority: "urgent" })],
    ["a recommendation without nodes", (report) => withRecommendation(report, { nodes: undefined })],
    ["a section of unknown kind", (report) => ({ ...report, sections: [{ kind: "chart", id: "x", title: "x" }] })],
    ["an error without its next step", (report) => ({ ...report, error: { code: "x", message: "x" } })],
    ["an operation with spaces", (report) => ({ ...report, operation: "analyze cache" })],
  ];

  it.each(broken)("refuses %s", (_, breakIt) => {
    const report: unknown = JSON.parse(JSON.stringify(breakIt(badNight())));
    expect(problems(report)).not.toEqual([]);
  });

  it("describes every field of a built report, and docs/report.md names it", () => {
    const described = propertyNames(schema);
    const page = readFileSync(new URL("../../../docs/report.md", import.meta.url), "utf8");
    const { metrics, ...report } = badNight();
    const used = fieldNames({ ...report, metrics: { ...metrics, unknown: {} } });
    expect(used.filter((name) => !described.includes(name))).toEqual([]);
    expect(described.filter((name) => !new RegExp(`\\b${name}\\b`).test(page))).toEqual([]);
  });
});

function withMemory(report: Report, memory: object): unknown {
  return { ...report, metrics: { ...report.metrics, memoryUsage: { ...report.metrics?.memoryUsage, ...memory } } };
}

function withRecommendation(report: Report, fields: object): unknown {
  return { ...report, recommendations: [{ ...report.recommendations[0], ...fields }] };
}

/** Names under `properties`, at any depth. */
function propertyNames(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(propertyNames);
  if (typeof value !== "object" || value === null) return [];
  const own = "properties" in value && typeof value.properties === "object" ? Object.keys(value.properties ?? {}) : [];
  return [...new Set([...own, ...Object.values(value).flatMap(propertyNames)])];
}

function fieldNames(value: unknown): string[] {
  if (Array.isArray(value)) return [...new Set(value.flatMap(fieldNames))];
  if (typeof value !== "object" || value === null) return [];
  return [...new Set(Object.entries(value).flatMap(([name, inner]) => [name, ...fieldNames(inner)]))];
}
