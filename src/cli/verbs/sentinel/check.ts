import type { Command } from "commander";
import { CachectlError } from "../../../model/errors.js";
import type { Priority } from "../../../model/finding.js";
import { addOutputOptions } from "../../output.js";
import { addSelectionOptions, durationOrZero, sampleOption, selectionOf } from "../../selection.js";
import type { Shell } from "../../shell.js";
import { addDrillOptions, runDrillVerb, type DrillFlags } from "./drill.js";

interface CheckFlags extends DrillFlags {
  sample: number;
  saveFacts?: string;
  fromFacts?: string;
  failoverDrill?: boolean;
}

/** A check that is asked for by name answers with its exit code; `analyze` only does with --fail-on. */
const defaultGate: Priority = "medium";

export function addSentinelCheck(sentinel: Command, shell: Shell): void {
  const command = sentinel
    .command("check")
    .description("every sentinel's view against every other's and the servers' own; exit 1 from priority medium on")
    .argument("[master...]", "names of monitored masters, all when left out; a sentinel as host:port or URL")
    .addOption(
      sampleOption(
        "time between the two samples that rates come from; 0 judges since the servers' start",
        durationOrZero,
      ),
    )
    .option("--save-facts <file>", "write what was seen to a file, beside the report")
    .option("--from-facts <file>", "judge the facts of such a file; asks no server")
    .option(
      "--failover-drill",
      "fail a group over on purpose and measure it, as `sentinel drill` does; the options below are its own",
    )
    .addHelpText("before", examples);
  addOutputOptions(addSelectionOptions(addDrillOptions(command))).action(async (words: string[], flags: CheckFlags) => {
    const { targets, masterNames } = splitWords(words);
    refuseMixedSources(targets, flags);
    if (flags.failoverDrill === true) return runDrillVerb(shell, masterOfDrill(targets, masterNames), flags);
    const gated = { ...flags, failOn: flags.failOn ?? defaultGate };
    const { sentinelCheck } = await import("../../../commands/sentinel/check.js");
    await shell.report("sentinel-check", gated, (context) =>
      sentinelCheck(context, {
        selection: selectionOf(targets, flags),
        masterNames,
        sampleMs: flags.sample,
        saveFacts: flags.saveFacts ?? null,
        fromFacts: flags.fromFacts ?? null,
      }),
    );
  });
}

/** The name of a master has no colon, and an address or URL has one. */
function splitWords(words: readonly string[]): { targets: string[]; masterNames: string[] } {
  return {
    targets: words.filter((word) => word.includes(":")),
    masterNames: words.filter((word) => !word.includes(":")),
  };
}

/** A drill changes something: it takes its group from -p only, and one at a time. */
function masterOfDrill(targets: readonly string[], masterNames: readonly string[]): string | null {
  const [master, ...more] = masterNames;
  if (targets.length === 0 && more.length === 0) return master ?? null;
  throw new CachectlError(
    "usage",
    "one-drill",
    "--failover-drill takes one master of the group that -p names",
    `Write cachectl sentinel check ${master ?? "mymaster"} --failover-drill -p ${targets[0] ?? "PROFILE"}.`,
  );
}

function refuseMixedSources(targets: readonly string[], flags: CheckFlags): void {
  const { fromFacts, saveFacts, profile, label, failoverDrill } = flags;
  const asked = targets.length > 0 || profile !== undefined || label !== undefined;
  if (fromFacts === undefined || !(asked || saveFacts !== undefined || failoverDrill === true)) return;
  throw new CachectlError(
    "usage",
    "facts-and-servers",
    "--from-facts judges a file, so it does not go with targets, -p, -l, --save-facts or --failover-drill",
    "Leave one of them out.",
  );
}

const examples = `Examples:
  cachectl sentinel check -p prod
  cachectl sentinel check -p prod orders sessions      only these of the masters that the sentinels watch
  cachectl sentinel check 10.0.0.5:26379               any sentinel will do: it names the others
  cachectl sentinel check redis+sentinel://s1,s2,s3/mymaster --fail-on high --json
  cachectl sentinel check -p prod --exit-style nagios
  cachectl sentinel check -p prod --failover-drill     asks, then fails the group over and measures what that costs
`;
