import { configuredMaxclients, effectiveMaxclients, maxclientsUnknown } from "../maxclients.js";
import { cannotJudge, defineRule, evidence, shellLine } from "../rule.js";

/** What the server keeps for itself (CONFIG_MIN_RESERVED_FDS in server.h). */
const reservedFiles = 32;
const commonFileLimits = [256, 512, 1024, 2048, 4096, 8192, 10_000];

export const maxclientsCapped = defineRule({
  id: "maxclients-capped",
  category: "clients",
  issue: "The open file limit seems to have lowered maxclients",
  priorities: ["medium"],
  reason:
    "A server that may not open enough files lowers maxclients at start to the limit less 32, in INFO and CONFIG alike; exactly a common limit less 32 is therefore its trace.",
  source: "server.c (adjustOpenFilesLimit)",
  needs: ["clients"],
  // INFO of Redis 6.0 does not show maxclients.
  wants: ["config"],
  check({ clients }, { node }, { config }) {
    const effective = effectiveMaxclients(clients, config);
    const configured = configuredMaxclients(config);
    if (effective === null) return cannotJudge(maxclientsUnknown(config));
    const below = configured !== null && configured > effective;
    if (!below && !commonFileLimits.includes(effective + reservedFiles)) return null;
    return {
      priority: "medium",
      // Somebody may have configured just this number; only the server's log knows.
      confidence: below ? "high" : "medium",
      action:
        "Raise the open file limit of the process (LimitNOFILE in its systemd unit, ulimit -n, --ulimit nofile of a container) and restart; the log of the last start says what was asked for.",
      evidence: [
        evidence(node, "maxclients", effective, "count"),
        evidence(node, "maxclients in CONFIG", configured, "count"),
        evidence(node, "open file limit this suggests", effective + reservedFiles, "count"),
      ],
      commands: [shellLine('for pid in $(pidof redis-server valkey-server); do prlimit --nofile --pid "$pid"; done')],
    };
  },
});
