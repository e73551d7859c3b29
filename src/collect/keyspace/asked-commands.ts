import { ServerReplyError } from "../../model/errors.js";
import type { NodeScan } from "../../model/keyspace.js";
import { whyMissing } from "../ask.js";

/** What is asked about each key. Never changed in place: a page is read with what it was asked with. */
export interface AskedCommands {
  /** TYPE. Not needed where SCAN gives one type only, which is then `knownType`. */
  type: boolean;
  knownType: string | null;
  /** MEMORY USAGE. */
  memory: boolean;
  /** PTTL. */
  ttl: boolean;
  /** OBJECT ENCODING: of every 32nd key. */
  encoding: boolean;
  /** OBJECT IDLETIME and OBJECT FREQ: of no key, every 32nd, or all. */
  idle: "none" | "some" | "all";
  frequency: "none" | "some" | "all";
  /** HLEN and its kin: none where they would touch the key, or where the login may not ask; types that are counted. */
  countedTypes: ReadonlySet<string>;
}

/** Type → the command that counts its elements in constant time. */
export const lengthCommands: Readonly<Record<string, string>> = {
  hash: "HLEN",
  list: "LLEN",
  set: "SCARD",
  zset: "ZCARD",
  stream: "XLEN",
};

/** The same without a command that the server refuses whatever the key. */
export function without(asked: AskedCommands, command: string): AskedCommands {
  if (command === "TYPE") return { ...asked, type: false };
  if (command === "MEMORY USAGE") return { ...asked, memory: false };
  if (command === "PTTL") return { ...asked, ttl: false };
  if (command === "OBJECT ENCODING") return { ...asked, encoding: false };
  if (command === "OBJECT IDLETIME") return { ...asked, idle: "none" };
  if (command === "OBJECT FREQ") return { ...asked, frequency: "none" };
  const counted = [...asked.countedTypes].filter((type) => lengthCommands[type] !== command);
  return { ...asked, countedTypes: new Set(counted) };
}

/** @param text the error reply */
export function refusal(command: string, text: string): NodeScan["refused"][number] {
  const { cause, reason } = whyMissing(new ServerReplyError(command, text, "Allow the command to this login."));
  const policy = /maxmemory policy/i.test(text);
  return { command, cause: cause === "not-supported" || policy ? "not-supported" : "not-permitted", reason };
}
