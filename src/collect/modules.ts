import type { Fact } from "../model/fact.js";
import type { ModuleFact } from "../model/facts.js";
import type { RedisPort, Reply } from "../model/node-port.js";
import { replyList, replyMap, replyNumber } from "../protocol/replies.js";
import { ask } from "./ask.js";

/** MODULE LIST. Read-only. */
export function collectModules(port: RedisPort): Promise<Fact<ModuleFact[]>> {
  return ask(port.call("MODULE", "LIST"), parseModules, "no modules");
}

export function parseModules(reply: Reply): ModuleFact[] {
  return replyList(reply).map((module) => {
    const fields = replyMap(module);
    return { name: String(fields.get("name") ?? ""), version: replyNumber(fields.get("ver")) ?? 0 };
  });
}
