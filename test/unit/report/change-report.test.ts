import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { exitCodeOfReport } from "../../../src/cli/exit-codes.js";
import type { ChangeReport } from "../../../src/model/change.js";
import type { Report } from "../../../src/model/report.js";
import { changeReport } from "../../../src/report/change-report.js";
import { renderReport } from "../../../src/report/render.js";
import schema from "../../../src/report/report.schema.json" with { type: "json" };

const whole: ChangeReport = {
  complete: true,
  done: ["10.0.0.1:6379 owns slots 0-5460"],
  failed: [],
  notDone: [],
  goOn: [],
};

const torn: ChangeReport = {
  complete: false,
  done: whole.done,
  failed: [{ step: "introduce 10.0.0.2:6379", reason: "it did not join within 20 s" }],
  notDone: ["make 10.0.0.3:6379 a replica"],
  goOn: ["cachectl cluster create --undo 10.0.0.1:6379"],
};

function reportOf(change: ChangeReport, interrupted = false): Report {
  return changeReport({
    operation: "cluster-create",
    version: "1.0.0",
    startedAt: "2026-11-20T12:00:00.000Z",
    durationMs: 5,
    summary: "A cluster of 3 nodes.",
    change,
    interrupted,
  });
}

describe("the report of a change", () => {
  it("is a success with exit code 0 when all is done", () => {
    const report = reportOf(whole);
    expect(report.status).toBe("success");
    expect(exitCodeOfReport(report, null, "cachectl")).toBe(0);
    expect(exitCodeOfReport(report, null, "nagios")).toBe(0);
  });

  it("is partial with exit code 4 when a step failed, interrupted or not", () => {
    expect(reportOf(torn).status).toBe("partial");
    for (const interrupted of [false, true])
      expect(exitCodeOfReport(reportOf(torn, interrupted), null, "cachectl")).toBe(4);
    expect(exitCodeOfReport(reportOf(torn), null, "nagios")).toBe(2);
  });

  it("exits 130 when a signal came between two steps, 4 when steps are left for another reason", () => {
    const left = { ...torn, failed: [] };
    expect(exitCodeOfReport(reportOf(left, true), null, "cachectl")).toBe(130);
    expect(exitCodeOfReport(reportOf(left), null, "cachectl")).toBe(4);
  });

  it("has failed when nothing was done", () => {
    expect(reportOf({ ...torn, done: [] }).status).toBe("failed");
  });

  it("fits the schema", () => {
    const validate = new Ajv2020({ allErrors: true, strictTypes: false }).compile(schema);
    validate(JSON.parse(JSON.stringify(reportOf(torn, true))));
    expect(validate.errors).toBeNull();
  });

  it("says in the table what was done, what failed, what was not done and how to go on", () => {
    expect(renderReport(reportOf(torn), { format: "table", width: 200, color: false })).toBe(
      `FAILED  A cluster of 3 nodes. Failed: introduce 10.0.0.2:6379: it did not join within 20 s. 1 step not done.

WHAT WAS DONE
- 10.0.0.1:6379 owns slots 0-5460

FAILED
- introduce 10.0.0.2:6379: it did not join within 20 s

NOT DONE
- make 10.0.0.3:6379 a replica

TO GO ON
$ cachectl cluster create --undo 10.0.0.1:6379
`,
    );
  });

  it("never breaks a command to go on with, and counts what is too long to list", () => {
    const long = `cachectl cluster create ${"10.0.0.1:6379 ".repeat(10)}`.trim();
    const done = Array.from({ length: 25 }, (_, i) => `step ${i + 1}`);
    const text = renderReport(reportOf({ ...torn, done, goOn: [long] }), { format: "table", width: 60, color: false });
    expect(text).toContain(`\n$ ${long}\n`);
    expect(text).toContain("- step 20\n+5 more in --json\n");
  });
});
