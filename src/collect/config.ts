import type { Fact } from "../model/fact.js";
import type { ConfigFacts } from "../model/facts.js";
import type { RedisPort, Reply } from "../model/node-port.js";
import { textMap } from "../protocol/replies.js";
import { ask } from "./ask.js";

/** CONFIG GET answers these in clear text. */
const secrets =
  /^(requirepass|masterauth|primaryauth|masteruser|primaryuser|.*-(pass|password|passwd|passphrase|secret|token))$/;

/** CONFIG GET *. Read-only. */
export function collectConfig(port: Pick<RedisPort, "call">): Promise<Fact<ConfigFacts>> {
  return ask(port.call("CONFIG", "GET", "*"), parseConfig, "CONFIG GET has no settings");
}

/** Passwords become `[set]` or stay empty: facts are saved to files and shown in reports. */
export function parseConfig(reply: Reply): ConfigFacts {
  const settings = Object.entries(textMap(reply)).map(([name, value]) => [
    name,
    secrets.test(name) && value !== "" ? "[set]" : value,
  ]);
  return Object.fromEntries(settings) as ConfigFacts;
}
