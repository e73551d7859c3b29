import { NoAnswer } from "../no-answer.js";
import type { LineAnswer } from "./asking.js";
import type { StoreVerb } from "./encode-store.js";
import type { ServerLane } from "./server-lane.js";

export interface Looked {
  /** What is to be written, by place in the list of keys, and how: an item that is no more what was looked at is left alone. */
  wanted: { at: number; verb: StoreVerb }[];
  /** Items that have enough time left, or never expire. */
  present: number;
  /** Keys of which it is not known. */
  unclear: [at: number, answer: LineAnswer][];
}

/**
 * Which of some keys are missing, marked stale, or have less time left than so much: `mg <key> t c`, which counts as a use of each.
 * Only in turn. The server counts whole seconds.
 */
export async function lookFirst(lane: ServerLane, keys: readonly string[], belowMs: number): Promise<Looked> {
  const looked: Looked = { wanted: [], present: 0, unclear: [] };
  const answers = await lane.ask(keys.length, (at) => `mg ${keys[at] ?? ""} t c\r\n`);
  for (const [at, answer] of answers.entries()) {
    const item = typeof answer === "string" ? itemIn(answer) : undefined;
    if (item === undefined) looked.unclear.push([at, nothingDone(answer, lane.address)]);
    else if (item === null) looked.wanted.push({ at, verb: "add" });
    else if (item.isStale || (item.ttlSeconds >= 0 && item.ttlSeconds * 1_000 < belowMs))
      looked.wanted.push({ at, verb: item.version === "0" ? "set" : { version: item.version } });
    else looked.present++;
  }
  return looked;
}

/** Null: there is none. Undefined: this is no answer to `mg`. The answer begins with OK before 1.6.10. */
function itemIn(answer: string): { ttlSeconds: number; version: string; isStale: boolean } | null | undefined {
  if (answer === "EN") return null;
  const match = /^(?:HD|OK) t(-?\d+) c(\d+)(.*)$/.exec(answer);
  if (match === null) return undefined;
  const [, ttl = "", version = "", marks = ""] = match;
  return { ttlSeconds: Number(ttl), version, isStale: marks.split(" ").includes("X") };
}

/** Nothing is written yet, whatever came. A bare ERROR is how a server or proxy says that it does not know the command. */
function nothingDone(answer: LineAnswer, address: string): LineAnswer {
  if (answer instanceof NoAnswer) return new NoAnswer(answer.reason, true);
  return answer === "ERROR"
    ? new NoAnswer(`${address} does not know the command \`mg\`, which --refresh-below needs`, true)
    : answer;
}
