import type { Fact } from "../model/fact.js";
import type { LatencyFacts } from "../model/facts.js";
import type { RedisPort, Reply } from "../model/node-port.js";
import { replyList, replyNumber } from "../protocol/replies.js";
import { ask } from "./ask.js";

/** LATENCY LATEST. Read-only. */
export function collectLatency(port: RedisPort): Promise<Fact<LatencyFacts>> {
  return ask(port.call("LATENCY", "LATEST"), parseLatency, "no latency monitor");
}

/** `[event, unix seconds, latest ms, worst ms, …]` for each event. */
export function parseLatency(reply: Reply): LatencyFacts {
  const events: LatencyFacts = {};
  for (const entry of replyList(reply)) {
    const [event, time, lastMs, maxMs] = replyList(entry);
    if (typeof event !== "string") continue;
    events[event] = {
      lastTime: replyNumber(time) ?? 0,
      lastMs: replyNumber(lastMs) ?? 0,
      maxMs: replyNumber(maxMs) ?? 0,
    };
  }
  return events;
}
