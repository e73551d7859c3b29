import { InvalidArgumentError, type Command } from "commander";
import type { DrillOptions } from "../../../commands/sentinel/failover-drill.js";
import { addChangeOptions, changeChoiceOf, type ChangeFlags } from "../../change-options.js";
import { positiveCount } from "../../numbers.js";
import { addOutputOptions, type OutputFlags } from "../../output.js";
import { addSelectionOptions, duration, selectionOf, type SelectionFlags } from "../../selection.js";
import type { Shell } from "../../shell.js";
import { waitOption } from "../cluster/wait-option.js";

/** As commander hands them over. */
export interface DrillFlags extends OutputFlags, SelectionFlags, ChangeFlags {
  wait: number;
  rate: number;
  journal?: string;
}

export function addSentinelDrill(sentinel: Command, shell: Shell): void {
  const command = sentinel
    .command("drill")
    .description("fail a healthy group over on purpose: how long writes are away, which are lost, who follows")
    .argument("[master]", "the monitored name; default: the profile's, or the only one")
    .addHelpText("before", examples);
  addOutputOptions(addSelectionOptions(addDrillOptions(command))).action(
    (master: string | undefined, flags: DrillFlags) => runDrillVerb(shell, master ?? null, flags),
  );
}

/** What a drill is asked, for each verb that can begin one. */
export function addDrillOptions(command: Command): Command {
  return addChangeOptions(command)
    .option("--rate <writes>", "writes a second of each of the two clients", writesPerSecond, 20)
    .addOption(waitOption(duration))
    .option("--journal <file>", "where to note each step (a file for each target in ~/.local/state/cachectl/journals)");
}

/** The drill with a verb's flags: for `sentinel drill`, and for a flag of another verb. */
export async function runDrillVerb(shell: Shell, master: string | null, flags: DrillFlags): Promise<void> {
  shell.begin("sentinel-drill", flags);
  const { failoverDrill } = await import("../../../commands/sentinel/failover-drill.js");
  const options: DrillOptions = {
    ...changeChoiceOf(flags),
    ...{ master, selection: selectionOf([], flags), deadlineMs: flags.wait, journal: flags.journal ?? null },
    perSecond: flags.rate,
  };
  return shell.report("sentinel-drill", flags, (context) => failoverDrill(context, options));
}

/** For commander. A drill is to measure a group, not to load it. */
function writesPerSecond(text: string): number {
  const count = positiveCount(text);
  if (count > 1_000)
    throw new InvalidArgumentError("Write at most 1000: a drill measures a group, it does not load it.");
  return count;
}

const examples = `Examples:
  cachectl sentinel drill -p sessions --dry-run         whether the group is fit for it, and what would be done
  cachectl sentinel drill -p sessions                   asks, then fails over and measures
  cachectl sentinel drill mymaster -p redis+sentinel://10.0.0.1:26379 --yes --json
`;
