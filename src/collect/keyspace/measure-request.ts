import type { BulkReply } from "../../model/node-port.js";
import { encodeArgument, encodeCommand } from "../../protocol/resp.js";
import { lengthCommands, type AskedCommands } from "./asked-commands.js";

export interface BulkRequest {
  request: string;
  count: number;
}

/** Encoding and idle time are asked of one key in so many: they describe groups, and cost as much as the rest together. */
export const everyNth = 32;

/** A sample of five elements is 0.5 % off on a hash of two million fields and takes 3 µs; all of them would take 175 ms. */
const samples = encodeArgument("SAMPLES") + encodeArgument("5");

const type = beginning("TYPE");
const memory = encodeCommand("MEMORY", "USAGE").replace("*2", "*5");
const pttl = beginning("PTTL");
const encoding = encodeCommand("OBJECT", "ENCODING").replace("*2", "*3");
const idletime = encodeCommand("OBJECT", "IDLETIME").replace("*2", "*3");
const freq = encodeCommand("OBJECT", "FREQ").replace("*2", "*3");
const lengths = new Map(Object.entries(lengthCommands).map(([of, command]) => [of, beginning(command)]));

/** Everything that is asked of the keys of one page, key by key; `readPage` takes the answers apart in the same order. */
export function measureRequest(names: readonly string[], asked: AskedCommands, firstNumber: number): BulkRequest {
  let request = "";
  for (let i = 0; i < names.length; i++) {
    const key = encodeArgument(names[i] ?? "");
    if (asked.type) request += type + key;
    if (asked.memory) request += memory + key + samples;
    if (asked.ttl) request += pttl + key;
    if (asked.idle === "all") request += idletime + key;
    if (asked.frequency === "all") request += freq + key;
    if ((firstNumber + i) % everyNth !== 0) continue;
    if (asked.encoding) request += encoding + key;
    if (asked.idle === "some") request += idletime + key;
    if (asked.frequency === "some") request += freq + key;
  }
  return { request, count: replyCount(names.length, asked, firstNumber) };
}

/** The second question, which needs the answers of the first: how many elements the collections have. Keys in page order. */
export function lengthRequest(
  names: readonly string[],
  replies: readonly BulkReply[],
  asked: AskedCommands,
  firstNumber: number,
): BulkRequest {
  let request = "";
  let count = 0;
  if (asked.countedTypes.size === 0) return { request, count };
  const { ofEach, ofNth } = repliesOfOne(asked);
  let at = 0;
  for (let i = 0; i < names.length; i++) {
    const of = asked.type ? replies[at] : asked.knownType;
    at += (firstNumber + i) % everyNth === 0 ? ofEach + ofNth : ofEach;
    // Most keys are strings, and there is nothing to look up for those.
    if (of === "string" || typeof of !== "string" || !asked.countedTypes.has(of)) continue;
    const command = lengths.get(of);
    if (command === undefined) continue;
    request += command + encodeArgument(names[i] ?? "");
    count++;
  }
  return { request, count };
}

function replyCount(names: number, asked: AskedCommands, firstNumber: number): number {
  const { ofEach, ofNth } = repliesOfOne(asked);
  const before = Math.ceil(firstNumber / everyNth);
  const nth = Math.ceil((firstNumber + names) / everyNth) - before;
  return names * ofEach + nth * ofNth;
}

function repliesOfOne(asked: AskedCommands): { ofEach: number; ofNth: number } {
  return {
    ofEach:
      Number(asked.type) +
      Number(asked.memory) +
      Number(asked.ttl) +
      Number(asked.idle === "all") +
      Number(asked.frequency === "all"),
    ofNth: Number(asked.encoding) + Number(asked.idle === "some") + Number(asked.frequency === "some"),
  };
}

/** A command with one argument, without it. */
function beginning(command: string): string {
  return encodeCommand(command).replace("*1", "*2");
}
