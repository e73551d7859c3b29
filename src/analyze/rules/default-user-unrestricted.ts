import type { ConfigFacts } from "../../model/facts.js";
import { anonymousAccess } from "../default-user.js";
import { isProtected, listensBeyondLoopback } from "../network-exposure.js";
import { defineRule, evidence } from "../rule.js";
import { setPasswordLine } from "../set-password.js";

export const defaultUserUnrestricted = defineRule({
  id: "default-user-unrestricted",
  category: "security",
  issue: "The default user needs no password and may do everything",
  priorities: ["low", "high"],
  reason:
    "Every connection starts as the default user: without a password each process on the network, or on loopback and behind protected mode each process of the host, may read, flush and reconfigure the server.",
  source: "redis.io ACL documentation",
  needs: ["acl"],
  wants: ["config", "server"],
  check({ acl }, { node }, { config, server }) {
    if (anonymousAccess({ ok: true, value: acl }, {}).kind !== "everything") return null;
    const exposed = config.ok && server.ok ? isExposed(config.value, server.value.version) : null;
    return {
      priority: exposed === false ? "low" : "high",
      // Without the bind list the worse of the two is assumed.
      confidence: exposed === null ? "medium" : "high",
      action:
        "Give the default user a password (replicas need it as masterauth and sentinels as auth-pass at the same moment; clients without it can no longer connect) or turn it off once every client has a user of its own (ACL SETUSER), and keep it with CONFIG REWRITE or ACL SAVE.",
      evidence: [
        evidence(node, "default user", "on nopass ~* +@all"),
        evidence(node, "bind", config.ok ? (config.value["bind"] ?? null) : null),
      ],
      commands: [setPasswordLine(node)],
    };
  },
});

/** Null: not known. Protected mode lets the server's own host in, nobody else. */
function isExposed(config: ConfigFacts, version: string): boolean | null {
  return isProtected(config, version) === true ? false : listensBeyondLoopback(config, version);
}
