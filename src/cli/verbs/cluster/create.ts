import { InvalidArgumentError, type Command } from "commander";
import type { CreateOptions } from "../../../commands/cluster/create.js";
import { addChangeOptions, changeChoiceOf, type ChangeFlags } from "../../change-options.js";
import { wholeNumber } from "../../numbers.js";
import { addOutputOptions, type OutputFlags } from "../../output.js";
import { addSelectionOptions, duration, selectionOf, type SelectionFlags } from "../../selection.js";
import type { Shell } from "../../shell.js";
import { waitOption } from "./wait-option.js";

interface CreateFlags extends OutputFlags, SelectionFlags, ChangeFlags {
  replicas: number;
  zone?: Record<string, string>;
  allowFewPrimaries?: boolean;
  undo?: boolean;
  wait: number;
}

export function addClusterCreate(cluster: Command, shell: Shell): void {
  const command = cluster
    .command("create")
    .description("make a cluster of empty nodes; everything is checked before anything is changed")
    .argument("[node...]", "host:port of each node; default: the nodes of the profile")
    .option("--replicas <count>", "replicas of each primary", wholeNumber, 0)
    .option("--zone <host=zone>", "where a host stands; may be repeated", addZone)
    .option("--allow-few-primaries", "accept one or two primaries, which cannot vote for a failover")
    .option("--undo", "take back what an earlier run did: resets these nodes, if none holds a key")
    .addOption(waitOption(duration))
    .addHelpText("before", examples);
  addOutputOptions(addSelectionOptions(addChangeOptions(command))).action(
    async (nodes: string[], flags: CreateFlags) => {
      const options: CreateOptions = {
        ...changeChoiceOf(flags),
        nodes,
        selection: selectionOf([], flags),
        replicas: flags.replicas,
        zones: flags.zone ?? {},
        allowFewPrimaries: flags.allowFewPrimaries === true,
        deadlineMs: flags.wait,
      };
      shell.begin("cluster-create", flags);
      if (flags.undo === true) {
        const { undoCreate } = await import("../../../commands/cluster/undo-create.js");
        return shell.report("cluster-create", flags, (context) => undoCreate(context, options));
      }
      const { createNewCluster } = await import("../../../commands/cluster/create.js");
      return shell.report("cluster-create", flags, (context) => createNewCluster(context, options));
    },
  );
}

function addZone(text: string, zones: Record<string, string> = {}): Record<string, string> {
  const equals = text.indexOf("=");
  if (equals < 1 || equals === text.length - 1) throw new InvalidArgumentError("Write a zone as host=zone.");
  return { ...zones, [text.slice(0, equals)]: text.slice(equals + 1) };
}

const examples = `Examples:
  cachectl cluster create 10.0.0.{1,2,3,4,5,6}:6379 --replicas 1 --dry-run
  cachectl cluster create 10.0.0.{1,2,3,4,5,6}:6379 --replicas 1 -p new-cluster    login, TLS and zones of a profile
  cachectl cluster create a:6379 b:6379 c:6379 --zone a=east --zone b=west --zone c=north
  cachectl cluster create 10.0.0.{1,2,3,4,5,6}:6379 --replicas 1 --undo            after a run that failed half-way
`;
