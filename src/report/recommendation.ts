import type { Command, Finding, Judgement } from "../model/finding.js";
import type { NodeIdentity } from "../model/node.js";
import type { ObservedTarget } from "../model/observation.js";
import type { Recommendation } from "../model/report.js";
import { commandLine, splitAddress } from "./command-line.js";

/** A finding as the report gives it: its commands as shell lines, its main node beside the list. */
export function recommendation(
  finding: Finding,
  targets: readonly ObservedTarget[],
  judgements: readonly Judgement[],
): Recommendation {
  const target = targets.find(({ target: { name } }) => name === finding.target);
  return {
    category: finding.category,
    issue: finding.issue,
    action: finding.action,
    priority: finding.priority,
    ruleId: finding.ruleId,
    target: finding.target,
    node: isAboutTarget(finding, target, judgements) ? null : (finding.nodes[0] ?? null),
    nodes: finding.nodes,
    reason: finding.reason,
    evidence: finding.evidence,
    commands: finding.commands.map((command) => commandLineOf(command, target)),
    confidence: finding.confidence,
  };
}

/** A rule over the target that names all of its several nodes, or none, speaks of the target as a whole. */
function isAboutTarget(
  finding: Finding,
  target: ObservedTarget | undefined,
  judgements: readonly Judgement[],
): boolean {
  if (finding.nodes.length === 0) return true;
  const judgedAsWhole = judgements.some(
    (judgement) =>
      judgement.node === null && judgement.ruleId === finding.ruleId && judgement.target === finding.target,
  );
  return judgedAsWhole && finding.nodes.length > 1 && finding.nodes.length === target?.nodes.length;
}

export function commandLineOf(command: Command, target: ObservedTarget | undefined): string {
  if (command.kind === "shell") return command.line;
  const observed = target?.nodes.find(({ node }) => node.address === command.node);
  return commandLine(command, observed?.node ?? undiscovered(command.node, target));
}

/** A rule may name a node that discovery did not list, such as the primary that a replica has lost. */
function undiscovered(address: string, target: ObservedTarget | undefined): NodeIdentity {
  const { host, port } = splitAddress(address);
  const cliArguments = address.startsWith("unix:") ? ["-s", address.slice("unix:".length)] : ["-h", host, "-p", port];
  const family = target?.target.kind === "memcached" ? "memcached" : "redis";
  return { address, family, role: "unknown", cliArguments };
}
