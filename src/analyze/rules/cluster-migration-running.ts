import type { NodeIdentity } from "../../model/node.js";
import type { ServerFacts, SlotMigrationEntry } from "../../model/facts.js";
import { formatRanges } from "../../model/slot-ranges.js";
import { defineTargetRule, evidence, serverCommand, type Draft } from "../rule.js";

// A whole rebalance has a job for each pair of primaries.
const mostJobs = 20;

export const clusterMigrationRunning = defineTargetRule({
  id: "cluster-migration-running",
  category: "cluster",
  issue: "The servers are moving hash slots",
  priorities: ["medium"],
  reason:
    "A job of CLUSTER MIGRATESLOTS (Valkey 9.0) or CLUSTER MIGRATION (Redis 8.4) goes on when the client that began it is gone, and until it ends no other change of these slots can begin.",
  source: "valkey.io, redis.io documentation",
  needs: ["slotMigrations", "server"],
  check(views) {
    const jobs = views.flatMap(({ node, facts: { slotMigrations, server } }) =>
      slotMigrations.filter((job) => job.running).map((job) => ({ node, job, server })),
    );
    return jobs.length === 0 ? null : running(jobs);
  },
});

interface RunningJob {
  node: NodeIdentity;
  job: SlotMigrationEntry;
  server: ServerFacts;
}

function running(jobs: readonly RunningJob[]): Draft {
  const nodes = new Map(jobs.map(({ node, server }) => [node, server.product]));
  return {
    priority: "medium",
    action:
      "Let it end, and begin no other change before. If nobody wants it any more, cancel it on the node that exports (Valkey: CLUSTER CANCELSLOTMIGRATIONS) or imports (Redis: CLUSTER MIGRATION CANCEL).",
    evidence: jobs
      .slice(0, mostJobs)
      .map(({ node, job }) => evidence(node, `${job.direction} of ${formatRanges(job.slots)}`, job.state)),
    commands: [...nodes].map(([node, product]) =>
      product === "valkey"
        ? serverCommand(node, "CLUSTER", "GETSLOTMIGRATIONS")
        : serverCommand(node, "CLUSTER", "MIGRATION", "STATUS", "ALL"),
    ),
  };
}
