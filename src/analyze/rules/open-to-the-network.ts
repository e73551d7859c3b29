import { anonymousAccess } from "../default-user.js";
import { listensBeyondLoopback } from "../network-exposure.js";
import { cannotJudge, defineRule, evidence, serverCommand } from "../rule.js";
import { setPasswordLine } from "../set-password.js";
import { isAtLeast } from "../version-number.js";

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
    // Up to 6.0 protected mode counts only while no address is bound; later it counts always.
    const guards = isAtLeast(server.version, "6.2") !== false || config["bind"] === "";
    if (config["protected-mode"] === "yes" && guards) return null;
    if (exposed === null || config["protected-mode"] === undefined)
      return cannotJudge("CONFIG GET does not show bind and protected-mode");
    if (access.kind === "unknown") return cannotJudge(access.reason);
    return {
      priority: access.kind === "everything" ? "critical" : "medium",
      ...(access.kind === "limited" && { issue: "Anybody who reaches the port has limited use of this server" }),
      action:
        "Give the default user a password (replicas need it as masterauth first), then have clients use it. protected-mode yes shuts every client without a password out at once, except from the server's own host. Keep the change with CONFIG REWRITE.",
      evidence: [
        evidence(node, "bind", config["bind"] ?? null),
        evidence(node, "protected-mode", config["protected-mode"]),
        evidence(node, acl.ok ? "default user" : "requirepass", acl.ok ? "nopass" : ""),
      ],
      commands: [
        ...(guards ? [serverCommand(node, "CONFIG", "SET", "protected-mode", "yes")] : []),
        setPasswordLine(node),
      ],
    };
  },
});
