import type { Report } from "../../model/report.js";
import type { Palette } from "./palette.js";
import { wrapText } from "./wrap-text.js";

/** What was done is history; the first lines of it show that the run did what it should. */
const mostDone = 20;
/** What failed and what is left must be acted upon. */
const mostOpen = 60;

/** WHAT WAS DONE, FAILED, NOT DONE and TO GO ON: each only where it has something to say. */
export function changeLines({ change }: Report, width: number, palette: Palette): string[] {
  if (change === undefined) return [];
  const failed = change.failed.map(({ step, reason }) => `${step}: ${reason}`);
  return [
    ...listed("WHAT WAS DONE", change.done, mostDone, width, palette),
    ...listed("FAILED", failed, mostOpen, width, palette),
    ...listed("NOT DONE", change.notDone, mostOpen, width, palette),
    ...goOnLines(change.goOn, palette),
  ];
}

function listed(title: string, entries: readonly string[], most: number, width: number, palette: Palette): string[] {
  if (entries.length === 0) return [];
  const hidden = entries.length - most;
  return [
    "",
    palette.heading(title),
    ...entries.slice(0, most).flatMap((entry) => wrapText(entry, width, "- ", "  ")),
    ...(hidden > 0 ? [palette.faint(`+${hidden} more in --json`)] : []),
  ];
}

/** A command is never broken: it must survive being copied. */
function goOnLines(commands: readonly string[], palette: Palette): string[] {
  if (commands.length === 0) return [];
  return ["", palette.heading("TO GO ON"), ...commands.map((line) => `$ ${palette.command(line)}`)];
}
