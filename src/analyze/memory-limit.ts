import type { Command } from "../model/finding.js";
import type { MemoryFacts } from "../model/facts.js";
import type { NodeIdentity } from "../model/node.js";
import { serverCommand } from "./rule.js";

/** What of a host's memory one server may fill: the rest is for the fork's copied pages, buffers and the system. */
export const hostSharePercent = 75;

type Sizes = Pick<MemoryFacts, "usedBytes" | "maxmemoryBytes" | "totalSystemBytes">;

/** `CONFIG SET maxmemory bytes` where the host is known to have room for it; otherwise nothing: a bigger limit would only move the failure. */
export function raiseMaxmemory(node: NodeIdentity, memory: Sizes, bytes: number): Command[] {
  const { maxmemoryBytes, totalSystemBytes } = memory;
  if (totalSystemBytes === null || bytes > (totalSystemBytes * hostSharePercent) / 100) return [];
  // A profile may lower a rule's threshold so far that a roomy limit is below the present one.
  if (maxmemoryBytes !== null && bytes <= maxmemoryBytes) return [];
  return [serverCommand(node, "CONFIG", "SET", "maxmemory", String(Math.ceil(bytes)))];
}

/** `CONFIG SET maxmemory bytes` where the present data fits well below it; otherwise nothing: a limit below the data evicts keys or refuses writes at once. */
export function limitMaxmemory(node: NodeIdentity, memory: Sizes, bytes: number): Command[] {
  const { usedBytes } = memory;
  // 80 % is where memory-near-limit begins: the cure of one finding must not be the cause of the next.
  if (usedBytes === null || usedBytes >= bytes * 0.8) return [];
  return [serverCommand(node, "CONFIG", "SET", "maxmemory", String(Math.floor(bytes)))];
}

/** A limit under which the present data fills 70 %. */
export function roomyMaxmemory(usedBytes: number): number {
  return Math.ceil((usedBytes * 10) / 7);
}
