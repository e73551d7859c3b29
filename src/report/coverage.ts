import { comparePriority, type Judgement } from "../model/finding.js";
import { compareAddresses } from "../model/node.js";
import type { Observation, ObservedTarget } from "../model/observation.js";
import type { Coverage, UnjudgedRule } from "../model/report.js";
import { failureOf } from "./observed-node.js";

/** What a run looked at and what it could not see. */
export function coverageOf(observation: Observation, judgements: readonly Judgement[]): Coverage {
  const nodes = observation.targets.flatMap(({ target, nodes }) =>
    nodes.map((observed) => ({ target: target.name, node: observed.node.address, reason: failureOf(observed) })),
  );
  const unreachable = nodes.flatMap(({ reason, ...node }) => (reason === null ? [] : [{ ...node, reason }]));
  const gaps = observation.targets.filter(({ discoveryGaps }) => discoveryGaps.length > 0).map(undiscovered);
  const all = [...judgements, ...gaps];
  const count = (...outcomes: Judgement["outcome"][]) => all.filter(({ outcome }) => outcomes.includes(outcome)).length;
  return {
    nodes: { total: nodes.length, answered: nodes.length - unreachable.length, unreachable },
    discoveryGaps: observation.targets.flatMap(({ target, discoveryGaps }) =>
      discoveryGaps.map((gap) => ({ target: target.name, gap })),
    ),
    rules: {
      judged: count("finding", "healthy"),
      cannotJudge: count("cannot-judge"),
      notApplicable: count("not-applicable"),
      ignored: count("ignored"),
    },
    cannotJudge: joinEqualReasons(all),
    ignored: all.flatMap(({ ruleId, target, outcome, reason }) =>
      outcome === "ignored" ? [{ ruleId, target, reason: reason ?? "no reason given" }] : [],
    ),
    sample:
      observation.sampleSeconds > 0
        ? { basis: "sample", seconds: observation.sampleSeconds }
        : { basis: "since-start", seconds: 0 },
  };
}

/**
 * A node that discovery may have missed may be down: that nobody can tell must reach a gate, so it counts as the
 * reachability rule of the target not being judged.
 */
function undiscovered({ target }: ObservedTarget): Judgement {
  return {
    ruleId: target.kind === "memcached" ? "memcached-unreachable" : "node-unreachable",
    target: target.name,
    node: null,
    outcome: "cannot-judge",
    reason: "discovery was incomplete, so there may be nodes that nobody looked at (see the notes)",
    worstCase: "critical",
  };
}

function joinEqualReasons(judgements: readonly Judgement[]): UnjudgedRule[] {
  const joined = new Map<string, UnjudgedRule>();
  for (const { ruleId, target, node, outcome, reason, worstCase } of judgements) {
    if (outcome !== "cannot-judge") continue;
    const key = JSON.stringify([ruleId, target, reason]);
    const entry = joined.get(key) ?? { ruleId, target, nodes: [], reason: reason ?? "no reason given", worstCase };
    if (node !== null && !entry.nodes.includes(node)) entry.nodes.push(node);
    joined.set(key, entry);
  }
  for (const entry of joined.values()) entry.nodes.sort(compareAddresses);
  return [...joined.values()].sort(
    (a, b) =>
      comparePriority(b.worstCase, a.worstCase) ||
      a.ruleId.localeCompare(b.ruleId) ||
      a.target.localeCompare(b.target) ||
      a.reason.localeCompare(b.reason),
  );
}
