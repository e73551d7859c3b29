import { listensBeyondLoopback } from "../network-exposure.js";
import { cannotJudge, defineRule, evidence } from "../rule.js";

export const tlsOff = defineRule({
  id: "tls-off",
  category: "security",
  issue: "Clients on the network talk to this server without TLS",
  priorities: ["low"],
  reason: "Passwords and data can be read by whoever sees the traffic; on a private network that may be accepted.",
  source: "redis.io TLS documentation",
  needs: ["config", "server"],
  check({ config, server }, { node }) {
    const exposed = listensBeyondLoopback(config, server.version);
    if (exposed === false) return null;
    const tlsPort = config["tls-port"];
    if (exposed === null || tlsPort === undefined) return cannotJudge("CONFIG GET does not show bind and tls-port");
    if (tlsPort !== "0") return null;
    return {
      priority: "low",
      action:
        "Set tls-port with certificate, key and CA, move the clients over (rediss://), then set port to 0; on a trusted network ignore this rule in the profile with that reason.",
      evidence: [evidence(node, "tls-port", "0"), evidence(node, "bind", config["bind"] ?? null)],
    };
  },
});
