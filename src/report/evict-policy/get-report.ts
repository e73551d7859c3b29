import { explainConfigRefusal } from "../../model/config-refusal.js";
import { evictionNode, type EvictionNode } from "../../model/eviction-node.js";
import { policySetting } from "../../model/eviction-settings.js";
import type { Observation } from "../../model/observation.js";
import type { Report } from "../../model/report.js";
import { analysisReport } from "../build-report.js";
import { discoveryNotes } from "../summary.js";
import { driftRows, driftSection } from "./drift-section.js";
import { settingsSection } from "./settings-section.js";

export interface GetRun {
  observation: Observation;
  startedAt: string;
  durationMs: number;
}

/** The report of `cachectl evict-policy get`. Pure. */
export function evictPolicyGetReport({ observation, ...frame }: GetRun): Report {
  const targets = observation.targets.map(({ target, nodes }) => ({
    target,
    nodes: nodes.filter(({ node }) => node.family !== "sentinel").map(evictionNode),
  }));
  const several = targets.length > 1;
  const report = analysisReport({ observation, analysis: { findings: [], judgements: [] }, ...frame });
  const unseen = targets.some(({ nodes }) => nodes.some(({ settingsUnknown }) => settingsUnknown !== null));
  return {
    ...report,
    status: unseen && report.status === "success" ? "partial" : report.status,
    operation: "evict-policy-get",
    summary: targets.map(({ target, nodes }) => summaryOf(target.name, nodes)).join(" "),
    sections: targets.flatMap(({ target, nodes }) => {
      const place = { target: target.name, several };
      return [...settingsSection(place, nodes), ...driftSection(place, nodes)];
    }),
    notes: [...discoveryNotes(observation), ...targets.flatMap(({ nodes }) => refusalNotes(nodes))],
  };
}

function summaryOf(name: string, nodes: readonly EvictionNode[]): string {
  const answering = nodes.filter(({ unreachable }) => unreachable === null);
  if (answering.length === 0) return `${name}: no data node answered.`;
  const what = answering.some(({ product }) => product === "memcached") ? "lru mode" : policySetting;
  const values = [...new Set(answering.map(({ settings }) => settings[what] ?? "unknown"))];
  const drifting = [...new Set(driftRows(answering).map(({ setting }) => setting))];
  const silent = nodes.length - answering.length;
  return [
    `${name}: ${values.join(", ")} on ${answering.length} ${answering.length === 1 ? "node" : "nodes"}`,
    ...(drifting.length === 0 ? [] : [`; ${drifting.join(", ")} not the same everywhere`]),
    ...(silent === 0 ? [] : [`; ${silent} did not answer`]),
    ".",
  ].join("");
}

/** One sentence for each reason; only the policy and maxmemory are then known, from INFO. */
function refusalNotes(nodes: readonly EvictionNode[]): string[] {
  const byReason = new Map<string, string[]>();
  for (const { address, settingsUnknown, unreachable, product } of nodes) {
    if (settingsUnknown === null || unreachable !== null) continue;
    const { message, hint } =
      product === "memcached"
        ? { message: settingsUnknown.reason, hint: "" }
        : explainConfigRefusal(settingsUnknown.reason, address);
    const said = `${message}. ${hint}`.trim();
    byReason.set(said, [...(byReason.get(said) ?? []), address]);
  }
  return [...byReason].map(
    ([said, addresses]) =>
      `CONFIG GET is refused on ${addresses.join(", ")}, so only what INFO tells is shown: ${said}`,
  );
}
