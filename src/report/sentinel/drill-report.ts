import type { NodeIdentity } from "../../model/node.js";
import type { Report, Section } from "../../model/report.js";
import type { DrillOutcome, DrillPlan, LedgerClientResult } from "../../model/sentinel-drill.js";
import { changeReport } from "../change-report.js";
import { formatCount, formatDuration } from "../format-value.js";
import { verbReport } from "../verb-report.js";
import { drillRecommendations } from "./drill-recommendations.js";

interface RunFrame {
  version: string;
  startedAt: string;
  durationMs: number;
}

const operation = "sentinel-drill";

/** What --dry-run prints, and what is shown above the question. Pure. */
export function drillPlanReport(
  plan: DrillPlan,
  { key, perSecond }: { key: string; perSecond: number },
  frame: RunFrame,
): Report {
  const lines = [
    `- write to ${key} through two clients, ${perSecond} writes a second each`,
    `- order ${plan.orderTo} to fail ${plan.masterName} over: SENTINEL FAILOVER ${plan.masterName}`,
    "- measure until a new client, sent by the sentinels, can write to the new primary",
    `- see that ${plan.sentinels.length} sentinels name the new primary and ${plan.followers.length - 1} ${plan.followers.length === 2 ? "node follows" : "nodes follow"} it`,
    "- count the acknowledged writes that the new primary does not have, and remove the key",
  ];
  return verbReport({
    ...{ operation, status: "success", ...frame },
    summary: `Would fail ${plan.masterName} over from ${plan.primary}: it is fit for it. Nothing was changed.`,
    sections: [{ kind: "text", id: "plan", title: "PLAN", lines }, candidatesSection(plan)],
    notes: plan.notes,
  });
}

/** What a drill did and measured. Pure. */
export function drillReport(
  plan: DrillPlan,
  outcome: DrillOutcome,
  run: { frame: RunFrame; nodes: readonly NodeIdentity[]; goOn: string[]; interrupted: boolean },
): Report {
  const { done, failed, notDone, ledger } = outcome;
  const complete = failed.length === 0 && notDone.length === 0;
  const removed =
    ledger.notRemoved === null
      ? []
      : [`${ledger.key} could not be removed (${ledger.notRemoved}); it expires by itself.`];
  return changeReport({
    ...{ operation, ...run.frame },
    change: { complete, done, failed, notDone, goOn: complete ? [] : run.goOn },
    interrupted: run.interrupted && !complete,
    summary: summaryOf(plan, outcome, complete),
    sections: outcome.ordered ? [changedSection(plan, outcome), timelineSection(outcome), ledgerSection(outcome)] : [],
    notes: [...plan.notes, ...ledgerNotes(outcome), ...removed],
    recommendations: drillRecommendations(plan, outcome, run.nodes),
  });
}

function summaryOf({ masterName, primary, orderTo }: DrillPlan, outcome: DrillOutcome, complete: boolean): string {
  const { ordered, newPrimary, restoredMs } = outcome;
  if (!ordered) return `${masterName}: no failover was begun, ${primary} is still the primary.`;
  if (newPrimary === null || restoredMs === null)
    return `${masterName}: ${orderTo} took the order, and no new primary took a write in time. ${lostText(outcome)} Sentinel may still go on, and what it does then is not counted.`;
  const who = `${newPrimary} is the primary in place of ${primary}`;
  const followed = complete ? "every sentinel and replica follows" : "not everybody was seen to follow";
  return `${masterName}: ${who}, ${followed}. Writes worked again ${formatDuration(restoredMs / 1000)} after the order. ${lostText(outcome)}`;
}

function lostText({ ledger: { clients, unread } }: DrillOutcome): string {
  if (unread !== null) return `How many writes were lost is not known: ${unread}.`;
  const acknowledged = sum(clients, (client) => client.acknowledged);
  const missing = sum(clients, (client) => client.missing ?? 0);
  if (missing === 0) return `None of ${formatCount(acknowledged)} acknowledged writes was lost.`;
  return `${formatCount(missing)} of ${formatCount(acknowledged)} acknowledged writes were lost.`;
}

function sum(clients: readonly LedgerClientResult[], of: (client: LedgerClientResult) => number): number {
  return clients.reduce((total, client) => total + of(client), 0);
}

function candidatesSection({ candidates }: DrillPlan): Section {
  return {
    kind: "table",
    id: "candidates",
    title: "MAY BE PROMOTED",
    columns: [
      { key: "node", label: "node", unit: "text" },
      { key: "lagBytes", label: "behind", unit: "bytes" },
    ],
    rows: candidates.map(({ address, lagBytes }) => ({ node: address, lagBytes })),
  };
}

function changedSection(plan: DrillPlan, { newPrimary, configEpoch }: DrillOutcome): Section {
  return {
    kind: "table",
    id: "before-after",
    title: "BEFORE AND AFTER",
    columns: [
      { key: "what", label: "", unit: "text" },
      { key: "before", label: "before", unit: "text" },
      { key: "after", label: "after", unit: "text" },
    ],
    rows: [
      { what: "primary", before: plan.primary, after: newPrimary },
      { what: "config epoch", before: textOf(plan.configEpoch), after: textOf(configEpoch) },
    ],
  };
}

function textOf(epoch: number | null): string | null {
  return epoch === null ? null : String(epoch);
}

function timelineSection({ events }: DrillOutcome): Section {
  return {
    kind: "table",
    id: "timeline",
    title: "TIMELINE",
    columns: [
      { key: "seconds", label: "since the order", unit: "seconds" },
      { key: "event", label: "what was seen", unit: "text" },
    ],
    rows: events.map(({ atMs, event }) => ({ seconds: Math.round(atMs) / 1000, event })),
  };
}

const clientText = {
  following: "asks the sentinels each time",
  staying: "keeps its connection",
};

function ledgerSection({ ledger }: DrillOutcome): Section {
  return {
    kind: "table",
    id: "ledger",
    title: "LEDGER",
    columns: [
      { key: "client", label: "client", unit: "text" },
      { key: "acknowledged", label: "acknowledged", unit: "count" },
      { key: "lost", label: "lost", unit: "count" },
      { key: "lostAfterOrder", label: "by the old primary", unit: "count" },
      { key: "refused", label: "refused", unit: "count" },
      { key: "longestGapSeconds", label: "longest gap", unit: "seconds" },
    ],
    rows: ledger.clients.map((client) => ({
      client: clientText[client.kind],
      acknowledged: client.acknowledged,
      lost: client.missing,
      lostAfterOrder: client.missingFromOldPrimary,
      refused: client.refused,
      longestGapSeconds: client.longestGapMs === null ? null : Math.round(client.longestGapMs) / 1000,
    })),
  };
}

function ledgerNotes({ ordered, ledger: { clients } }: DrillOutcome): string[] {
  if (!ordered) return [];
  const refusals = clients.flatMap(({ kind, firstRefusal }) =>
    firstRefusal === null
      ? []
      : [`First refusal of the client that ${clientText[kind]}: ${firstRefusal.replace(/\.+$/, "")}.`],
  );
  const oldWrites = clients.some(({ missingFromOldPrimary }) => (missingFromOldPrimary ?? 0) > 0);
  const why =
    "Sentinel lets the old primary take writes until it makes it a replica, which drops them: a client that keeps its connection loses what it writes until then.";
  return [...(oldWrites ? [why] : []), ...refusals];
}
