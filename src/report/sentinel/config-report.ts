import type { Report } from "../../model/report.js";
import type { SentinelConfigPlan } from "../../model/sentinel-config.js";
import { verbReport } from "../verb-report.js";

/** One text section for each file, and what is weak about the group as notes. Pure. */
export function sentinelConfigReport(
  { masterName, quorum, majority, files, warnings }: SentinelConfigPlan,
  {
    passwordVariable,
    frame,
  }: { passwordVariable: string | null; frame: Pick<Report, "startedAt" | "durationMs"> & { version: string } },
): Report {
  const count = `${files.length} ${files.length === 1 ? "sentinel" : "sentinels"}`;
  return verbReport({
    ...{ operation: "sentinel-config", status: "success", ...frame },
    summary: `${masterName}: ${count}, quorum ${quorum}, majority ${majority}, ${warnings.length === 0 ? "no warning" : `${warnings.length} ${warnings.length === 1 ? "warning" : "warnings"}`}. Nothing was changed.`,
    sections: files.map(({ address, lines }) => ({
      kind: "text",
      id: `sentinel-conf ${address}`,
      title: `SENTINEL.CONF ${address}`,
      lines,
    })),
    notes: [
      ...warnings,
      ...(passwordVariable === null
        ? []
        : [`The password is not printed: fill it in with envsubst '\${${passwordVariable}}' < sentinel.conf.`]),
    ],
  });
}
