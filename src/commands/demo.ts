import { stopDemoRuns } from "../demo/end-demo.js";
import type { PlantedProblem } from "../demo/planted-problem.js";
import { startDemoFleet } from "../demo/start-fleet.js";
import type { Report, Section } from "../model/report.js";
import { verbReport } from "../report/verb-report.js";
import { analyze } from "./analyze.js";
import { beginRun } from "./begin-run.js";
import type { Context } from "./context.js";

export interface DemoOptions {
  /** Leave the servers running. */
  keep: boolean;
  sampleMs: number;
}

/** `cachectl demo`: starts a throwaway fleet with planted problems, analyzes it, and ends it. Touches no other server. */
export async function demo(context: Context, { keep, sampleMs }: DemoOptions): Promise<Report> {
  const fleet = await startDemoFleet(context.demoDeps);
  let kept = false;
  try {
    await fleet.startTraffic();
    const report = await analyze(context, {
      selection: { profiles: ["demo"], labels: {}, targets: [], profilesDirectory: fleet.profilesDir, overrides: {} },
      sampleMs,
      saveFacts: null,
      fromFacts: null,
    });
    const notes = keep ? await fleet.keep() : [];
    kept = keep;
    return {
      ...report,
      operation: "demo",
      sections: [plantedSection(fleet.problems, report)],
      notes: [...report.notes, ...notes],
    };
  } finally {
    if (!kept) await fleet.stop();
  }
}

/** `cachectl demo --stop`: ends the servers of every demo that was kept or was cut off, and no others. */
export async function stopDemo(context: Context): Promise<Report> {
  const frame = beginRun(context);
  const count = await stopDemoRuns(context.demoDeps);
  return verbReport({
    ...frame(),
    operation: "demo",
    status: "success",
    summary: count === 0 ? "No demo is running." : `Ended ${count === 1 ? "the demo" : `${count} demos`}.`,
  });
}

/** What was broken on purpose, and whether the report found it. */
function plantedSection(problems: PlantedProblem[], report: Report): Section {
  return {
    kind: "table",
    id: "planted",
    title: "PLANTED",
    columns: [
      { key: "problem", label: "problem", unit: "text" },
      { key: "node", label: "node", unit: "text" },
      { key: "foundAs", label: "found as", unit: "text" },
    ],
    rows: problems.map(({ what, address, ruleIds }) => {
      const found = ruleIds.filter((id) => report.recommendations.some(({ ruleId }) => ruleId === id));
      return {
        problem: what,
        node: `${address.host}:${address.port}`,
        foundAs: found.length > 0 ? found.join(", ") : "not found",
      };
    }),
  };
}
