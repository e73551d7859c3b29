import { Chalk } from "chalk";
import type { Priority } from "../../model/finding.js";
import type { Verdict } from "../verdict.js";

type Paint = (text: string) => string;

/** How the table marks what it says. Without colour every mark is the text itself. */
export interface Palette {
  heading: Paint;
  faint: Paint;
  command: Paint;
  priority: (priority: Priority) => Paint;
  verdict: (verdict: Verdict) => Paint;
}

/** The colour decision is the caller's: nothing is read from the environment. */
export function paletteOf(color: boolean): Palette {
  // The 16 basic colours follow the terminal's own theme, so they stay readable on a light one.
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const byPriority: Record<Priority, Paint> = {
    critical: chalk.red.bold,
    high: chalk.red,
    medium: chalk.yellow,
    low: chalk.cyan,
    info: chalk.dim,
  };
  const byVerdict: Record<Verdict, Paint> = {
    CRITICAL: chalk.white.bgRed.bold,
    FAILED: chalk.white.bgRed.bold,
    HIGH: chalk.red.bold,
    MEDIUM: chalk.yellow.bold,
    PARTIAL: chalk.yellow.bold,
    UNSETTLED: chalk.yellow.bold,
    UNKNOWN: chalk.magenta.bold,
    LOW: chalk.cyan.bold,
    OK: chalk.green.bold,
  };
  return {
    heading: chalk.bold,
    faint: chalk.dim,
    command: chalk.cyan,
    priority: (priority) => byPriority[priority],
    verdict: (verdict) => byVerdict[verdict],
  };
}
