import { anonymousAccess } from "../default-user.js";
import { isProtected, listensBeyondLoopback } from "../network-exposure.js";
import { cannotJudge, defineRule, evidence } from "../rule.js";
import { setPasswordLine } from "../set-password.js";

export const openToTheNetwork = defineRule({
  id: "open-to-the-network",
  category: "security",
  issue: "Anybody who reaches the port can use this server without a password",
  priorities: ["medium", "critical"],
  reason:
    "Servers without password and protected mode are found by scanners within hours, and with CONFIG SET or a module they give away the host as well.",
  source: "redis.io security",
  needs: ["config", "server"],
  wants: ["acl"],
  check({ config, server }, { node }, { acl }) {
    const exposed = listensBeyondLoopback(config, server.version);
    if (exposed === false) return null;
    const access = anonymousAccess(acl, config);
    if (access.kind === "none") return null;
    if (isProtected(config, server.version) === true) return null;
    if (exposed === null || config["protected-mode"] === undefined)
      return cannotJudge("CONFIG GET does not show bind and protected-mode");
    if (access.kind === "unknown") return cannotJudge(access.reason);
    return {
      priority: access.kind === "everything" ? "critical" : "medium",
      ...(access.kind === "limited" && { issue: "Anybody who reaches the port has limited use of this server" }),
      action:
        "Firewall the port, then give the default user a password: clients without it can no longer connect, and replicas need it as masterauth and sentinels as auth-pass at the same moment. protected-mode yes would shut out all of them, and you, except on the server's own host. Keep the change with CONFIG REWRITE.",
      evidence: [
        evidence(node, "bind", config["bind"] ?? null),
        evidence(node, "protected-mode", config["protected-mode"]),
        evidence(node, acl.ok ? "default user" : "requirepass", acl.ok ? "nopass" : ""),
      ],
      // Not protected-mode: it would refuse the very connection that is to set the password.
      commands: [setPasswordLine(node)],
    };
  },
});
