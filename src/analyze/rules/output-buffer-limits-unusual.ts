import { cannotJudge, defineRule, evidence, serverCommand } from "../rule.js";

/** Hard limit and soft limit in bytes, and how many seconds the soft one may be exceeded. */
const usualLimits = {
  normal: "0 0 0",
  replica: "268435456 67108864 60",
  pubsub: "33554432 8388608 60",
};

export const outputBufferLimitsUnusual = defineRule({
  id: "output-buffer-limits-unusual",
  category: "configuration",
  issue: "Output buffer limits differ from the defaults",
  priorities: ["info"],
  reason:
    "valkey.conf and redis.conf ship limits that cut off a client that does not read; others may be meant, but large ones let slow consumers fill memory and small ones cut off replicas.",
  source: "valkey.conf",
  needs: ["config"],
  check({ config }, { node }) {
    const text = config["client-output-buffer-limit"];
    if (text === undefined) return cannotJudge("CONFIG does not show client-output-buffer-limit");
    const limits = parseLimits(text);
    if (limits === null) return cannotJudge("client-output-buffer-limit is not written as expected");
    const unusual = Object.entries(usualLimits).filter(([name, usual]) => limits.get(name) !== usual);
    if (unusual.length === 0) return null;
    return {
      priority: "info",
      action:
        "Keep them if they are meant (larger replica limits help big datasets to synchronise); otherwise return to the defaults, then CONFIG REWRITE so that a restart keeps it.",
      evidence: unusual.map(([name]) => evidence(node, `client-output-buffer-limit ${name}`, limits.get(name) ?? null)),
      commands: [serverCommand(node, "CONFIG", "SET", "client-output-buffer-limit", usualText())],
    };
  },
});

/** `class hard soft seconds` repeated; CONFIG GET calls the class of replicas `slave` on every version so far. */
function parseLimits(text: string): Map<string, string> | null {
  const words = text.trim().split(/\s+/);
  if (words.length % 4 !== 0) return null;
  const limits = new Map<string, string>();
  for (let at = 0; at < words.length; at += 4) {
    const name = words[at] === "slave" ? "replica" : (words[at] ?? "");
    limits.set(name, words.slice(at + 1, at + 4).join(" "));
  }
  return Object.keys(usualLimits).every((name) => limits.has(name)) ? limits : null;
}

/** `slave` is understood by every version. */
function usualText(): string {
  return Object.entries(usualLimits)
    .map(([name, limits]) => `${name === "replica" ? "slave" : name} ${limits}`)
    .join(" ");
}
