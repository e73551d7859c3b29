import type { Fact } from "../model/fact.js";
import type { SentinelFacts } from "../model/facts.js";
import type { RedisPort } from "../model/node-port.js";
import { flagField, numberField, parseInfo } from "../protocol/info.js";
import { parseSentinelMasters } from "../protocol/sentinel.js";
import { ask } from "./ask.js";

/** INFO sentinel and SENTINEL MASTERS. Read-only. */
export function collectSentinel(port: RedisPort): Promise<Fact<SentinelFacts>> {
  const both = Promise.all([port.call("INFO", "sentinel"), port.call("SENTINEL", "MASTERS")]);
  return ask(
    both,
    ([info, masters]) => {
      const section = parseInfo(String(info))["sentinel"];
      return {
        tilt: flagField(section, "sentinel_tilt"),
        runningScripts: numberField(section, "sentinel_running_scripts"),
        simulateFailureFlags: numberField(section, "sentinel_simulate_failure_flags"),
        masters: parseSentinelMasters(masters),
      };
    },
    "not a Sentinel",
  );
}
