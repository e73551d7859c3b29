import type { WindowFacts } from "../../model/facts.js";
import type { Priority } from "../../model/finding.js";
import type { NodeIdentity } from "../../model/node.js";
import { explainServerError } from "../../model/server-errors.js";
import { defineRule, evidence, notApplicable, serverCommand, type Draft } from "../rule.js";
import { eventPriority, windowEvidence } from "../window.js";

// MOVED and ASK are how a cluster works, LOADING has its own rule, and ERR or WRONGTYPE are the application's own business.
const priorityByCode: Record<string, Priority> = {
  OOM: "high",
  CLUSTERDOWN: "high",
  MISCONF: "high",
  NOREPLICAS: "high",
  MASTERDOWN: "high",
  BUSY: "high",
  READONLY: "medium",
  NOAUTH: "medium",
  WRONGPASS: "medium",
  NOPERM: "medium",
  CROSSSLOT: "medium",
  IOERR: "medium",
  BUSYKEY: "low",
  TRYAGAIN: "low",
};

/** Where the error's general resolution speaks to whoever gets it, which here is not the reader but one of the clients. */
const clientRemedies: Record<string, string> = {
  NOAUTH:
    "Find the client that connects without credentials (CLIENT LIST shows who is young and idle) and give it its own.",
  WRONGPASS: "ACL LOG names user and address: correct the credentials of that client, or shut the address out.",
  NOPERM: "ACL LOG names user, command and key: grant what the client needs (ACL SETUSER), or correct the client.",
  READONLY:
    "Point the clients that write here at the primary; one that knows Sentinel or Redis Cluster follows a failover by itself.",
};

/** ACL LOG has no entry for a client that never tried to log in. */
const diagnosis: Record<string, string[]> = {
  NOAUTH: ["CLIENT", "LIST"],
  READONLY: ["CLIENT", "LIST"],
  WRONGPASS: ["ACL", "LOG", "10"],
  NOPERM: ["ACL", "LOG", "10"],
};

/** Every topic that a limited login may be refused: one refusal means that this run raised NOPERM itself. */
const probedTopics = ["config", "slowlog", "acl", "clientList", "latency", "memoryStats", "modules"] as const;

export const errorsRising = defineRule({
  id: "errors-rising",
  category: "errors",
  issue: "Clients are getting errors",
  priorities: ["info", "low", "medium", "high"],
  reason:
    "Each of these errors is a request that failed for a cause on the server's side or in the set-up; INFO errorstats counts them by code.",
  source: "cachectl",
  thresholds: {
    // One run of cachectl with a limited login asks for some twenty things, each at most twice.
    ownProbeCount: { default: 40, unit: "count" },
  },
  needs: ["window"],
  wants: probedTopics,
  check({ window }, { node, thresholds }, wanted) {
    if (window.errors === null) return notApplicable("error counts are reported from Redis 6.2 on");
    const limitedLogin = Object.values(wanted).some((fact) => !fact.ok && fact.cause === "not-permitted");
    // A replica that lost its primary refuses probes with MASTERDOWN, whatever the login may do.
    const floors: Record<string, number> = {
      MASTERDOWN: thresholds.ownProbeCount,
      NOPERM: limitedLogin ? thresholds.ownProbeCount : 0,
    };
    return Object.entries(window.errors)
      .filter(([code, count]) => Object.hasOwn(priorityByCode, code) && count > (floors[code] ?? 0))
      .map(([code, count]) => draft(node, window, code, count));
  },
});

function draft(node: NodeIdentity, window: WindowFacts, code: string, count: number): Draft {
  return {
    priority: eventPriority(window, priorityByCode[code] ?? "low"),
    issue: `Clients are getting ${code} errors`,
    action:
      clientRemedies[code] ??
      explainServerError(code)?.resolution ??
      "Find the clients that get this error and read its text there.",
    evidence: [evidence(node, `errorstat_${code}`, count, "count"), windowEvidence(node, window)],
    commands: [serverCommand(node, ...(diagnosis[code] ?? ["INFO", "errorstats"]))],
  };
}
