import { keyPlaces } from "./key-places.js";

/** One command as MONITOR shows it. */
export interface MonitorLine {
  database: number;
  /** Address of who sent it as the server sees it, `lua` for a call made by a script. */
  client: string;
  /** The keys that it names, unescaped, one character a byte. */
  keys: string[];
}

/**
 * Reads `1339518083.107412 [0 127.0.0.1:60866] "get" "x"`; null when it is no such line. The keys are those that stand
 * before the end of the text, so a line that was cut gives what there is.
 *
 * Source of the form: `replicationFeedMonitors` and `sdscatrepr` of the server.
 */
export function parseMonitorLine(line: string): MonitorLine | null {
  const open = line.indexOf("[");
  const gap = line.indexOf(" ", open);
  // An address may be IPv6 in brackets, or a path.
  const start = line.indexOf('] "', gap);
  if (open === -1 || gap === -1 || start === -1) return null;
  const database = Number(line.slice(open + 1, gap));
  if (!Number.isInteger(database)) return null;
  return { database, client: line.slice(gap + 1, start), keys: keysOf(line, start + 2) };
}

/** @param at of the quote that opens the command's name */
function keysOf(line: string, at: number): string[] {
  const nameEnd = closingQuote(line, at + 1);
  if (nameEnd === -1) return [];
  const places = keyPlaces(line.slice(at + 1, nameEnd));
  if (places.kind === "none") return [];
  // Nearly every command: its one key is the next word, and what follows it may be megabytes.
  if (places.kind === "every" && places.first === 1 && places.last === 1) {
    const keyEnd = closingQuote(line, nameEnd + 3);
    return keyEnd === -1 ? [] : [unescape(line.slice(nameEnd + 3, keyEnd))];
  }
  const words = wordsFrom(line, at);
  if (places.kind === "every") return everyKey(words, places.first, places.last, places.step);
  if (places.kind === "streams") return streamKeys(words);
  const also = places.also === null ? [] : everyKey(words, places.also, places.also, 1);
  const count = Number(words[places.countAt]);
  const first = places.countAt + 1;
  return [...also, ...everyKey(words, first, first + (count - 1) * places.step, places.step)];
}

function everyKey(words: string[], first: number, last: number, step: number): string[] {
  const end = Math.min(last < 0 ? words.length + last : last, words.length - 1);
  const keys: string[] = [];
  for (let i = first; i <= end; i += step) keys.push(words[i] ?? "");
  return keys;
}

function streamKeys(words: string[]): string[] {
  const first = words.findIndex((word, i) => i > 0 && word.toLowerCase() === "streams") + 1;
  if (first === 0) return [];
  return words.slice(first, first + Math.floor((words.length - first) / 2));
}

function wordsFrom(line: string, from: number): string[] {
  const words: string[] = [];
  for (let at = from; line.charCodeAt(at) === quote;) {
    const end = closingQuote(line, at + 1);
    if (end === -1) break;
    words.push(unescape(line.slice(at + 1, end)));
    at = end + 2;
  }
  return words;
}

const carriageReturn = 13;
const space = 32;
const quote = 34;
const backslash = 92;

/**
 * The quote that ends a word: another word or the end of the line follows it. That it is not escaped does not suffice, since
 * Valkey before 8.1.2 writes quotes and backslashes as they are (valkey#2036).
 */
function closingQuote(line: string, from: number): number {
  for (let at = line.indexOf('"', from); at !== -1; at = line.indexOf('"', at + 1)) {
    const next = line.charCodeAt(at + 1);
    if (Number.isNaN(next) || next === carriageReturn) return at;
    if (next === space && line.charCodeAt(at + 2) === quote && !isEscaped(line, at, from)) return at;
  }
  return -1;
}

function isEscaped(line: string, at: number, from: number): boolean {
  let slashes = 0;
  while (at - 1 - slashes >= from && line.charCodeAt(at - 1 - slashes) === backslash) slashes += 1;
  return slashes % 2 === 1;
}

const controls: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", a: "\x07", b: "\b" };

function unescape(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replaceAll(/\\(?:x([0-9a-f]{2})|(.))/g, (_, hex: string | undefined, other: string | undefined) =>
    hex === undefined ? (controls[other ?? ""] ?? other ?? "") : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
