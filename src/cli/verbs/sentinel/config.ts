import { InvalidArgumentError, Option, type Command } from "commander";
import { positiveCount } from "../../numbers.js";
import { addOutputOptions, type OutputFlags } from "../../output.js";
import { addSelectionOptions, duration, selectionOf, type SelectionFlags } from "../../selection.js";
import type { Shell } from "../../shell.js";

interface ConfigFlags extends OutputFlags, SelectionFlags {
  master: string;
  nodes: string[];
  primary?: string;
  quorum?: number;
  downAfter: number;
  failoverTimeout: number;
  parallelSyncs: number;
  authUser?: string;
  authPassVariable?: string;
  announce?: Record<string, string>;
  zone?: Record<string, string>;
}

export function addSentinelConfig(sentinel: Command, shell: Shell): void {
  const command = sentinel
    .command("config")
    .description("print a checked sentinel.conf for each host, with the quorum computed")
    .requiredOption("--master <name>", "what the sentinels call the group")
    .requiredOption(
      "--nodes <host,…>",
      "where a sentinel is to run, as host or host:port (26379); may be repeated",
      addNodes,
    )
    .option("--primary <host:port>", "the data node to monitor; default: the primary of the profile given with -p")
    .option("--quorum <count>", "how many must hold the primary for down; default: a majority", positiveCount)
    .addOption(time("--down-after <duration>", "silence after which a node is held for down", 30_000, "30s"))
    .addOption(time("--failover-timeout <duration>", "how long each phase of a failover may take", 180_000, "3m"))
    .option("--parallel-syncs <count>", "replicas that copy from the new primary at once", positiveCount, 1)
    .option("--auth-user <name>", "the ACL user that sentinels log in as at the data nodes")
    .option("--auth-pass-variable <name>", "the data nodes need a password: written as ${NAME}, for envsubst")
    .option("--announce <node=address>", "what a sentinel calls itself behind NAT; may be repeated", addPair)
    .option("--zone <host=zone>", "where a host stands; may be repeated", addPair)
    .addHelpText("before", examples);
  addOutputOptions(addSelectionOptions(command)).action(async (flags: ConfigFlags) => {
    shell.begin("sentinel-config", flags);
    const { sentinelConfig } = await import("../../../commands/sentinel/config.js");
    return shell.report("sentinel-config", flags, (context) =>
      sentinelConfig(context, {
        ...{ selection: selectionOf([], flags), nodes: flags.nodes, primary: flags.primary ?? null },
        ...{ masterName: flags.master, quorum: flags.quorum ?? null, parallelSyncs: flags.parallelSyncs },
        ...{ downAfterMs: flags.downAfter, failoverTimeoutMs: flags.failoverTimeout },
        ...{ authUser: flags.authUser ?? null, passwordVariable: passwordVariableOf(flags) },
        ...{ announce: flags.announce ?? {}, zones: flags.zone ?? {} },
      }),
    );
  });
}

function time(flags: string, description: string, defaultMs: number, text: string): Option {
  return new Option(flags, description).argParser(duration).default(defaultMs, text);
}

/** A user without a password is none: the server would refuse Sentinel's AUTH. */
function passwordVariableOf({ authUser, authPassVariable }: ConfigFlags): string | null {
  return authPassVariable ?? (authUser === undefined ? null : "REDIS_PASSWORD");
}

function addNodes(text: string, nodes: string[] = []): string[] {
  return [...nodes, ...text.split(",").filter((node) => node !== "")];
}

function addPair(text: string, pairs: Record<string, string> = {}): Record<string, string> {
  const equals = text.indexOf("=");
  if (equals < 1 || equals === text.length - 1) throw new InvalidArgumentError("Write it as name=value.");
  return { ...pairs, [text.slice(0, equals)]: text.slice(equals + 1) };
}

const examples = `Examples:
  cachectl sentinel config --master sessions --primary 10.0.0.5:6379 --nodes 10.0.1.1,10.0.1.2,10.0.1.3
  cachectl sentinel config --master sessions -p sessions --nodes a,b,c --zone a=east --zone b=west --zone c=north
  cachectl sentinel config … --json | jq -r '.sections[0].lines[]' > sentinel.conf
`;
