import type { Evidence } from "../../model/finding.js";
import { displayWidth, truncate } from "../display-width.js";
import { formatValue } from "../format-value.js";
import { wrapText } from "./wrap-text.js";

const mostLines = 3;

/** Lines that one value may take. */
const longestPart = 2;

/**
 * The values that a finding rests on, on one line, or up to three where the terminal is narrow. A value that differs between nodes
 * is given as its range. What does not fit is counted, so that nobody takes the lines for all there is.
 */
export function evidenceLines(evidence: readonly Evidence[], width: number): string[] {
  const facts = [...new Set(evidence.filter(isTelling).map(({ fact }) => fact))];
  const parts = facts.map((fact) => partOf(fact, evidence));
  for (let count = parts.length; count > 0; count -= 1) {
    const hidden = parts.length - count;
    const lines = fill([...parts.slice(0, count), ...(hidden > 0 ? [`+${hidden} more`] : [])], width);
    if (lines.length <= mostLines || count === 1) return lines;
  }
  return [];
}

/** The window's length stands in the report's first line. */
function isTelling({ fact }: Evidence): boolean {
  return fact !== "sample window";
}

function partOf(fact: string, evidence: readonly Evidence[]): string {
  const value = valueText(evidence.filter((item) => item.fact === fact));
  // A value of several words would run together with the fact's name.
  return /[a-z] /.test(value) ? `${fact}: ${value}` : `${fact} ${value}`;
}

function valueText(items: readonly Evidence[]): string {
  const numbers = items.flatMap(({ value }) => (typeof value === "number" ? [value] : []));
  const unit = items[0]?.unit ?? "text";
  if (numbers.length === items.length && numbers.length > 0) {
    const lowest = formatValue(Math.min(...numbers), unit);
    const highest = formatValue(Math.max(...numbers), unit);
    return lowest === highest ? lowest : `${lowest} to ${highest}`;
  }
  // An empty setting, such as `save ""`, is a value and has to be seen.
  const texts = [...new Set(items.map(({ value }) => (value === "" ? '""' : formatValue(value, unit))))];
  return texts.length > 3 ? `${texts.slice(0, 3).join(" | ")} | …` : texts.join(" | ");
}

/** Breaks between the parts: a value stays beside its name, unless a line is too short for the two. */
function fill(parts: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const [index, part] of parts.entries()) {
    const text = index < parts.length - 1 ? `${part},` : part;
    const last = lines.at(-1);
    if (last !== undefined && displayWidth(`${last} ${text}`) <= width) lines[lines.length - 1] = `${last} ${text}`;
    else lines.push(...wrapText(truncate(text, longestPart * width), width));
  }
  return lines;
}
