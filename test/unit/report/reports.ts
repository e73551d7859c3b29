import { missing } from "../../../src/model/fact.js";
import type { Finding, Judgement } from "../../../src/model/finding.js";
import type { NodeFacts, Observation, ObservedNode, ObservedTarget } from "../../../src/model/observation.js";
import type { Report } from "../../../src/model/report.js";
import { analysisReport } from "../../../src/report/build-report.js";
import { observationOf, redisNode } from "../../support/facts.js";

/** The report of a run over one target with these nodes. */
export function reportOf(
  nodes: ObservedNode[],
  findings: Finding[] = [],
  judgements: Judgement[] = [],
  changes: Partial<ObservedTarget> & Partial<Pick<Observation, "sampleSeconds">> = {},
): Report {
  const { sampleSeconds = 3, ...target } = changes;
  const observation = observationOf(nodes);
  return reportOfRun(
    { ...observation, sampleSeconds, targets: observation.targets.map((observed) => ({ ...observed, ...target })) },
    findings,
    judgements,
  );
}

export function reportOfRun(observation: Observation, findings: Finding[] = [], judgements: Judgement[] = []): Report {
  const analysis = { findings, judgements };
  return analysisReport({ observation, analysis, startedAt: "2026-11-20T12:00:00.000Z", durationMs: 5 });
}

/** A replica that refused the connection. */
export function unreachableNode(address: string): ObservedNode {
  const failure = { cause: "refused", message: `connection refused by ${address}`, hint: "Check that it runs." };
  const { node, facts } = redisNode({ node: { address, role: "replica" } });
  const lost = Object.keys(facts).map((topic) => [topic, missing("unreachable", failure.message)]);
  const reachability = { reachable: false, failure, connectMs: null, pingMs: null, pingError: null };
  return {
    node,
    facts: { ...(Object.fromEntries(lost) as NodeFacts), reachability: { ok: true, value: reachability } },
  };
}
