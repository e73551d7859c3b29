import type { Command } from "commander";

/** As commander hands them over. */
export interface ChangeFlags {
  yes?: boolean;
  dryRun?: boolean;
}

/** What a verb that writes is asked on every command line. */
export interface ChangeChoice {
  /** Do not ask before changing something. */
  yes: boolean;
  /** Show the plan and change nothing. */
  dryRun: boolean;
}

/** --yes and --dry-run, alike for every verb that writes. */
export function addChangeOptions(command: Command): Command {
  return command
    .option("--dry-run", "print what would be done, and change nothing")
    .option("-y, --yes", "do it without being asked; needed where there is no terminal");
}

export function changeChoiceOf({ yes, dryRun }: ChangeFlags): ChangeChoice {
  return { yes: yes === true, dryRun: dryRun === true };
}
