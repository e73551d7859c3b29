import type { FixPlan } from "../../model/fix-plan.js";
import { fixStepText } from "../../model/fix-step-text.js";
import type { Section } from "../../model/report.js";
import { countSlots, formatRanges } from "../../model/slot-ranges.js";

type Planned = Pick<FixPlan, "steps" | "leftAlone">;

/** The plan as tables: a row a step, in order; what needs a decision below it. Pure. */
export function fixSections({ steps, leftAlone }: Planned): Section[] {
  const stepTable: Section = {
    kind: "table",
    id: "fix-steps",
    title: "STEPS",
    columns: [
      { key: "number", label: "#", unit: "count" },
      { key: "what", label: "what", unit: "text" },
      { key: "why", label: "why", unit: "text" },
      { key: "slotCount", label: "slots", unit: "count" },
      { key: "kind", label: "kind", unit: "text", importance: 0 },
      { key: "node", label: "node", unit: "text", importance: 0 },
      { key: "other", label: "other", unit: "text", importance: 0 },
      { key: "slots", label: "slot ranges", unit: "text", importance: 0 },
      { key: "keys", label: "keys", unit: "count", importance: 0 },
    ],
    rows: steps.map((step, index) => ({
      number: index + 1,
      what: fixStepText(step),
      why: step.why,
      slotCount: countSlots(step.slots),
      kind: step.kind,
      node: step.node.address,
      other: step.other?.address ?? null,
      slots: formatRanges(step.slots),
      keys: step.keys,
    })),
  };
  const leftTable: Section = {
    kind: "table",
    id: "left-alone",
    title: "LEFT ALONE",
    columns: [
      { key: "slots", label: "slots", unit: "text" },
      { key: "reason", label: "why", unit: "text" },
      { key: "hint", label: "what to do", unit: "text" },
      { key: "command", label: "command", unit: "text", importance: 1 },
      { key: "slotCount", label: "count", unit: "count", importance: 0 },
      { key: "consent", label: "consent", unit: "text", importance: 0 },
    ],
    rows: leftAlone.map(({ slots, reason, hint, commands, consent }) => ({
      ...{ slots: formatRanges(slots), reason, hint, command: commands[0] ?? null },
      ...{ slotCount: countSlots(slots), consent },
    })),
  };
  return [...(steps.length > 0 ? [stepTable] : []), ...(leftAlone.length > 0 ? [leftTable] : [])];
}

/** The plan as lines, for whoever is asked about it. */
export function fixLines({ steps, leftAlone }: Planned): string[] {
  return [
    ...steps.map((step, index) => `${index + 1}. ${fixStepText(step)}: ${step.why}.`),
    ...leftAlone.map(({ slots, reason, hint }) => `Left alone: slots ${formatRanges(slots)}. ${reason} ${hint}`),
  ];
}

export function fixSummary({ steps, leftAlone }: Planned): string {
  if (steps.length === 0 && leftAlone.length === 0)
    return "Nothing to fix: every slot has one owner that all members name, and none is open.";
  const left = leftAlone.reduce((sum, { slots }) => sum + countSlots(slots), 0);
  return [
    `${steps.length} ${steps.length === 1 ? "step" : "steps"}`,
    ...(left === 0 ? [] : [`${left} ${left === 1 ? "slot is" : "slots are"} left alone until somebody decides`]),
  ]
    .join("; ")
    .concat(".");
}
