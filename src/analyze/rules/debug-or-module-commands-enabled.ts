import { cannotJudge, defineRule, evidence, notApplicable, serverCommand } from "../rule.js";
import { isAtLeast } from "../../model/version-number.js";

const settings = ["enable-debug-command", "enable-module-command", "enable-protected-configs"];

export const debugOrModuleCommandsEnabled = defineRule({
  id: "debug-or-module-commands-enabled",
  category: "security",
  issue: "DEBUG, MODULE or protected settings can be used at run time",
  priorities: ["medium"],
  reason:
    "A login that may use them can crash the server, load code into it or write files of its choice; since 7.0 they are off unless switched on.",
  source: "redis.io security",
  needs: ["config", "server"],
  check({ config, server }, { node }) {
    const shown = settings.filter((name) => config[name] !== undefined);
    const enabled = shown.filter((name) => config[name] !== "no");
    if (enabled.length === 0 && shown.length < settings.length)
      return isAtLeast(server.version, "7.0") === false
        ? notApplicable("these switches exist from Redis 7.0 on")
        : cannotJudge(`CONFIG GET does not show ${settings.filter((name) => config[name] === undefined).join(", ")}`);
    if (enabled.length === 0) return null;
    return {
      priority: "medium",
      action:
        "Set them to no in the configuration file and restart: they cannot be changed at run time. Until then, take @dangerous from users who do not need it.",
      evidence: enabled.map((name) => evidence(node, name, config[name] ?? null)),
      commands: [serverCommand(node, "CONFIG", "GET", "enable-*")],
    };
  },
});
