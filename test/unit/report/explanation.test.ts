import { describe, expect, it } from "vitest";
import { explainServerError } from "../../../src/model/server-errors.js";
import { explanationSection } from "../../../src/report/explanation.js";

describe("explanationSection", () => {
  it("tells an error's cause, what to do and what to run", () => {
    const row = explainServerError("MISCONF Redis is configured to save RDB snapshots");
    if (row === null) throw new Error("MISCONF has no row");
    const section = explanationSection(row);
    expect(section).toMatchObject({ kind: "text", title: "MISCONF" });
    expect(section.kind === "text" && section.lines).toEqual([
      row.cause,
      "",
      `What to do: ${row.resolution}`,
      ...row.commands.map((command) => `  $ ${command}`),
    ]);
  });

  it("tells a rule's reason, source, priorities and thresholds", () => {
    const section = explanationSection({
      id: "memory-near-limit",
      category: "memory",
      issue: "High memory utilization",
      reason: "At the limit every write evicts a key or fails.",
      source: "Zabbix",
      priorities: ["medium", "high"],
      thresholds: { mediumPercent: { default: 80, unit: "percent" } },
      needs: ["memory"],
    });
    const text = section.kind === "text" ? section.lines.join("\n") : "";
    expect(section.title).toBe("memory-near-limit");
    expect(text).toContain("Why: At the limit");
    expect(text).toContain("Reports: medium, high");
    expect(text).toContain("thresholds.memory-near-limit:\n  mediumPercent: 80 %");
  });

  it("says that a rule over the keys is judged by bigkeys only", () => {
    const rule = {
      id: "big-string",
      category: "keyspace",
      issue: "Large",
      reason: "r",
      source: "s",
      needs: ["largestKeys"],
    };
    const lines = (scope: "node" | "keyspace") => {
      const section = explanationSection({ ...rule, priorities: ["high"], scope });
      return section.kind === "text" ? section.lines.join("\n") : "";
    };
    expect(lines("keyspace")).toContain("Judged by: cachectl bigkeys");
    expect(lines("node")).not.toContain("bigkeys");
  });

  it("leaves thresholds out where a rule has none", () => {
    const rule = { id: "loading", category: "availability", issue: "Loading", reason: "r", source: "s" };
    const section = explanationSection({ ...rule, priorities: ["high"], needs: ["loading"] });
    expect(section.kind === "text" && section.lines.join("\n")).not.toContain("Thresholds");
  });
});
