import type { Command } from "commander";
import { addChangeOptions, changeChoiceOf, type ChangeFlags } from "../../change-options.js";
import { addOutputOptions, type OutputFlags } from "../../output.js";
import { addSelectionOptions, selectionOf, type SelectionFlags } from "../../selection.js";
import type { Shell } from "../../shell.js";

interface FixFlags extends OutputFlags, SelectionFlags, ChangeFlags {
  acceptLossOf: string[];
  allowBlocking?: boolean;
  journal?: string;
}

export function addClusterFix(cluster: Command, shell: Shell): void {
  const command = cluster
    .command("fix")
    .description("repair open, half-moved, multiply-owned and uncovered slots; shows its plan first, deletes no key")
    .option(
      "--accept-loss-of <slots|node>",
      "give up keys that only a dead node has: slots such as 0-5460, or the node; may be repeated",
      (text: string, earlier: string[]) => [...earlier, text],
      [],
    )
    .option("--allow-blocking", "move keys too that block their node for long")
    .option("--journal <file>", "where to write what is done; else in the state directory")
    .addHelpText("before", examples);
  addOutputOptions(addSelectionOptions(addChangeOptions(command))).action(async (flags: FixFlags) => {
    shell.begin("cluster-fix", flags);
    const { clusterFix } = await import("../../../commands/cluster/fix.js");
    await shell.report("cluster-fix", flags, (context) =>
      clusterFix(context, {
        selection: selectionOf([], flags),
        acceptLossOf: flags.acceptLossOf,
        allowBlocking: flags.allowBlocking === true,
        journal: flags.journal ?? null,
        ...changeChoiceOf(flags),
      }),
    );
  });
}

const examples = `Examples:
  cachectl cluster fix -p prod --dry-run           what is broken, what would be done, and why
  cachectl cluster fix -p prod                     the same, then asks and does it
  cachectl cluster fix -p prod --yes --json        without a terminal
  cachectl cluster fix -p prod --accept-loss-of 10.0.0.5:6379    its slots start empty: nobody has its keys
`;
