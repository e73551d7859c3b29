import { resetNodes } from "../../apply/reset-nodes.js";
import { runSteps } from "../../apply/run-steps.js";
import { CachectlError } from "../../model/errors.js";
import type { NodeProblem } from "../../model/new-node.js";
import { formatEndpoint } from "../../model/node.js";
import type { Report } from "../../model/report.js";
import { changeReport } from "../../report/change-report.js";
import { verbReport } from "../../report/verb-report.js";
import { beginRun } from "../begin-run.js";
import type { Context } from "../context.js";
import type { CreateOptions } from "./create.js";
import { createLine } from "./create-request.js";
import { parseNodes, probeNewNodes, type ProbedNode } from "./probe-new-nodes.js";
import { profileForNodes } from "./profile-for-nodes.js";
import { refuseNodes } from "./refuse-nodes.js";

/**
 * `cachectl cluster create … --undo`: makes strangers of these nodes again (CLUSTER RESET HARD). Refused as a whole when one holds
 * a key or knows a node that is not named: then it is no unfinished creation. Nodes that do not answer are left out and listed.
 */
export async function undoCreate(context: Context, options: CreateOptions): Promise<Report> {
  const frame = beginRun(context);
  const profile = await profileForNodes(context, options);
  const named = options.nodes.length > 0 ? options.nodes : profile.seeds.map(formatEndpoint);
  const probed = await probeNewNodes(context, profile, parseNodes(named));
  try {
    const silent = probed.nodes.filter(({ state }) => state.failure !== null);
    const answered = probed.nodes.filter(({ state }) => state.failure === null);
    if (answered.length === 0) throw nobodyAnswered(silent);
    refuseNodes("cluster-undo-refused", inUse(probed.nodes));
    const touched = answered.filter(({ state }) => isTouched(state));
    if (options.dryRun)
      return verbReport({
        ...{ operation: "cluster-create", status: "success", ...frame() },
        summary: `Would reset ${listOf(touched)} (CLUSTER RESET HARD). No key is lost; nothing was changed.`,
      });
    if (touched.length > 0)
      await context.change.confirm(
        `Reset ${listOf(touched)} (CLUSTER RESET HARD)? None of them holds a key.`,
        options.yes,
      );
    const { clock, stopRequested: stop } = context.change;
    const result = await runSteps(
      touched.length === 0
        ? []
        : [
            {
              title: "reset the nodes",
              run: () =>
                resetNodes(
                  touched,
                  { clock, stop, deadlineMs: options.deadlineMs },
                  "Run the command again with --undo.",
                ),
            },
          ],
      stop,
      (title) => context.progress.update(title),
    );
    const left = silent.map(({ address, state }) => ({
      step: `reset ${address}`,
      reason: state.failure?.message ?? "it did not answer",
    }));
    const failed = [...result.failed, ...left];
    const complete = failed.length === 0 && result.notDone.length === 0;
    return changeReport({
      ...{ operation: "cluster-create", ...frame() },
      change: { ...result, failed, complete, goOn: complete ? [] : [createLine(options, true)] },
      interrupted: stop.aborted && !complete,
      summary:
        touched.length === 0 ? "There was nothing to take back." : `${touched.length} nodes were to be taken back.`,
    });
  } finally {
    probed.fleet.close();
  }
}

function isTouched({ knows, slots, role, configEpoch }: ProbedNode["state"]): boolean {
  return knows.length > 0 || slots.length > 0 || role === "replica" || configEpoch > 0;
}

function inUse(nodes: readonly ProbedNode[]): NodeProblem[] {
  const ids = new Set(nodes.map(({ state }) => state.id));
  // A node that is down has no id here, but the others know where it was.
  const addresses = new Set(nodes.flatMap(({ address, meet }) => [address, formatEndpoint(meet)]));
  return nodes.flatMap(({ address, state }) => {
    if (state.failure !== null) return [];
    if (state.clusterMode !== true)
      return [
        { address, message: "it is not in cluster mode", hint: "Leave it out: there is nothing to take back on it." },
      ];
    const strangers = state.knows.filter((other) => !ids.has(other.id) && !addresses.has(other.address));
    return [
      ...(state.keys === 0
        ? []
        : [{ address, message: `it holds ${state.keys} keys`, hint: "A cluster with data is not undone." }]),
      ...(strangers.length === 0
        ? []
        : [
            {
              address,
              message: `it knows ${strangers.map((other) => other.address).join(", ")}, which this command does not name`,
              hint: "Name all nodes of the creation that is to be undone, or remove this one from its cluster: cachectl cluster del-node.",
            },
          ]),
    ];
  });
}

function nobodyAnswered(silent: readonly ProbedNode[]): CachectlError {
  const reasons = silent.map(({ state }) => state.failure?.message ?? "no answer");
  return new CachectlError(
    "unreached",
    "nodes-unreachable",
    `no node answered: ${[...new Set(reasons)].join("; ")}`,
    "Check the addresses and the network; nothing was changed.",
  );
}

function listOf(nodes: readonly ProbedNode[]): string {
  return nodes.length === 0 ? "no node" : nodes.map(({ address }) => address).join(", ");
}
