import { cannotJudge, defineRule, evidence, notApplicable, serverCommand } from "../rule.js";
import { isAtLeast } from "../../model/version-number.js";
import { eventPriority, growth, windowEvidence } from "../window.js";

export const authFailures = defineRule({
  id: "auth-failures",
  category: "security",
  issue: "Logins are being refused",
  priorities: ["info", "high"],
  reason:
    "Either a client was deployed with old credentials and is out of service, or somebody is guessing passwords; ElastiCache publishes the count for alarms.",
  source: "AWS ElastiCache",
  needs: ["window", "server"],
  check({ window, server }, { node }) {
    const denied = growth(window, "acl_access_denied_auth");
    if (denied === null)
      return isAtLeast(server.version, "7.2") === false
        ? notApplicable("acl_access_denied_auth is reported from Redis 7.2 on")
        : cannotJudge("INFO stats does not show acl_access_denied_auth");
    if (denied === 0) return null;
    return {
      priority: eventPriority(window, "high"),
      action: "ACL LOG names user and address of each attempt: correct that client, or shut the address out.",
      evidence: [evidence(node, "acl_access_denied_auth", denied, "count"), windowEvidence(node, window)],
      commands: [serverCommand(node, "ACL", "LOG", "10")],
    };
  },
});
