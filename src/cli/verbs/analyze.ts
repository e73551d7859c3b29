import type { Command } from "commander";
import type { AnalyzeOptions } from "../../commands/analyze.js";
import { CachectlError } from "../../model/errors.js";
import { addOutputOptions, type OutputFlags } from "../output.js";
import type { Shell } from "../shell.js";
import {
  addSelectionOptions,
  duration,
  durationOrZero,
  sampleOption,
  selectionOf,
  type SelectionFlags,
} from "../selection.js";
import { watch } from "../watch.js";

interface AnalyzeFlags extends OutputFlags, SelectionFlags {
  sample: number;
  saveFacts?: string;
  fromFacts?: string;
  watch?: true | number;
}

const defaultWatchMs = 5_000;

export function addAnalyze(program: Command, shell: Shell): void {
  const command = program
    .command("analyze")
    .description("say what is wrong with these servers and what to do; changes nothing")
    .argument(
      "[target...]",
      "profile names, host:port or URLs; default: $CACHECTL_PROFILE, the profile `default`, or 127.0.0.1:6379",
    )
    .addOption(
      sampleOption(
        "time between the two samples that rates come from; 0 judges since the servers' start",
        durationOrZero,
      ),
    )
    .option("--save-facts <file>", "write what was seen to a file, beside the report")
    .option("--from-facts <file>", "judge the facts of such a file; asks no server")
    .option("--watch [interval]", "repeat in place until interrupted (every 5s)", duration)
    .addHelpText("before", examples);
  addOutputOptions(addSelectionOptions(command)).action(async (targets: string[], flags: AnalyzeFlags) => {
    const context = shell.begin("analyze-cache", flags);
    const options = analyzeOptions(targets, flags);
    const { analyze } = await import("../../commands/analyze.js");
    if (flags.watch === undefined) return shell.report("analyze-cache", flags, (context) => analyze(context, options));
    const everyMs = flags.watch === true ? defaultWatchMs : flags.watch;
    // Once for all rounds: a password that is asked for would be asked for again and again.
    const profiles = context.loadProfiles(options.selection);
    const settled = { ...context, loadProfiles: () => profiles };
    shell.state.exitCode = await watch(() => analyze(settled, options), everyMs, {
      context,
      terminal: shell.terminal,
      flags,
    });
  });
}

function analyzeOptions(targets: string[], flags: AnalyzeFlags): AnalyzeOptions {
  const fromFacts = flags.fromFacts ?? null;
  const live =
    targets.length > 0 || flags.profile !== undefined || flags.label !== undefined || flags.watch !== undefined;
  if (fromFacts !== null && (live || flags.saveFacts !== undefined))
    throw new CachectlError(
      "usage",
      "facts-and-servers",
      "--from-facts judges a file, so it does not go with targets, -p, -l, --watch or --save-facts",
      "Leave one of them out.",
    );
  return {
    selection: selectionOf(targets, flags),
    sampleMs: flags.sample,
    saveFacts: flags.saveFacts ?? null,
    fromFacts,
  };
}

const examples = `Examples:
  cachectl analyze prod-sessions                       a profile
  cachectl analyze redis+sentinel://s1,s2,s3/mymaster  every node that the sentinels know
  cachectl analyze memcached://10.0.0.7,10.0.0.8 --sample 10s
  cachectl analyze -p 'prod-*' --fail-on high --json > report.json
  cachectl analyze -p prod --exit-style nagios
  cachectl analyze -p prod --save-facts facts.json     to look at again with --from-facts facts.json
`;
