import type { Command } from "commander";
import { addChangeOptions, changeChoiceOf, type ChangeFlags } from "../../change-options.js";
import { addOutputOptions, type OutputFlags } from "../../output.js";
import { addSelectionOptions, selectionOf, type SelectionFlags } from "../../selection.js";
import type { Shell } from "../../shell.js";

interface RollbackFlags extends OutputFlags, SelectionFlags, ChangeFlags {
  journal?: string;
  keepGoing?: boolean;
}

export function addEvictPolicyRollback(noun: Command, shell: Shell): void {
  const command = noun
    .command("rollback")
    .description("put back what the last `evict-policy set` of this target changed")
    .option("--journal <file>", "of the run that is to be undone (the target's, in the state directory)")
    .option("--keep-going", "put back what answers where a node does not")
    .addHelpText("before", examples);
  addOutputOptions(addSelectionOptions(addChangeOptions(command))).action(async (flags: RollbackFlags) => {
    shell.begin("evict-policy-rollback", flags);
    const { evictPolicyRollback } = await import("../../../commands/evict-policy/rollback.js");
    return shell.report("evict-policy-rollback", flags, (context) =>
      evictPolicyRollback(context, {
        ...changeChoiceOf(flags),
        ...{ selection: selectionOf([], flags), journal: flags.journal ?? null },
        keepGoing: flags.keepGoing === true,
      }),
    );
  });
}

const examples = `Examples:
  cachectl evict-policy rollback -p prod --dry-run    which values would be put back
  cachectl evict-policy rollback -p prod --yes
`;
