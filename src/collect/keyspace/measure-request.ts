import type { BulkReply } from "../../model/node-port.js";
import { commandBeginning, type KeyCommands } from "../../protocol/key-commands.js";
import { lengthCommands, type AskedCommands } from "./asked-commands.js";

/** Encoding and idle time are asked of one key in so many: they describe groups, and cost as much as the rest together. */
export const everyNth = 32;

const type = commandBeginning("TYPE");
/**
 * Without SAMPLES: every release looks at five elements then. That is 0.5 % off on a hash of two million fields and takes 3 µs,
 * where all of them would take 175 ms; to ask for five would be two more arguments of each key for the server to read.
 */
const memory = commandBeginning("MEMORY", "USAGE");
const pttl = commandBeginning("PTTL");
const encoding = commandBeginning("OBJECT", "ENCODING");
const idletime = commandBeginning("OBJECT", "IDLETIME");
const freq = commandBeginning("OBJECT", "FREQ");
const lengths = new Map(Object.entries(lengthCommands).map(([of, command]) => [of, commandBeginning(command)]));

/**
 * Everything that is asked of the keys of one page, key by key; `readPage` takes the answers apart in the same order.
 *
 * @returns the number of commands
 */
export function addMeasuring(keys: KeyCommands, asked: AskedCommands, firstNumber: number): number {
  for (let i = 0; i < keys.count; i++) {
    if (asked.type) keys.add(type, i);
    if (asked.memory) keys.add(memory, i);
    if (asked.ttl) keys.add(pttl, i);
    if (asked.idle === "all") keys.add(idletime, i);
    if (asked.frequency === "all") keys.add(freq, i);
    if ((firstNumber + i) % everyNth !== 0) continue;
    if (asked.encoding) keys.add(encoding, i);
    if (asked.idle === "some") keys.add(idletime, i);
    if (asked.frequency === "some") keys.add(freq, i);
  }
  return replyCount(keys.count, asked, firstNumber);
}

/**
 * The second question, which needs the answers of the first: how many elements the collections have. Keys in page order.
 *
 * @returns the number of commands
 */
export function addLengths(
  keys: KeyCommands,
  replies: readonly BulkReply[],
  asked: AskedCommands,
  firstNumber: number,
): number {
  if (asked.countedTypes.size === 0) return 0;
  const { ofEach, ofNth } = repliesOfOne(asked);
  let count = 0;
  let at = 0;
  for (let i = 0; i < keys.count; i++) {
    const of = asked.type ? replies[at] : asked.knownType;
    at += (firstNumber + i) % everyNth === 0 ? ofEach + ofNth : ofEach;
    // Most keys are strings, and there is nothing to look up for those.
    if (of === "string" || typeof of !== "string" || !asked.countedTypes.has(of)) continue;
    const command = lengths.get(of);
    if (command === undefined) continue;
    keys.add(command, i);
    count++;
  }
  return count;
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
