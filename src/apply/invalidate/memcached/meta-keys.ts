import type { MemcachedLinesPort } from "../../../model/node-port.js";

export interface MetaAnswers {
  /** Items that were there, and are deleted or marked now. */
  hits: number;
  misses: number;
  /** Answers that were neither → how many. */
  refused: Map<string, number>;
}

/** A request of some tens of kilobytes is answered in one go. */
export const metaBatch = 500;

/**
 * Deletes items (`md key`), or marks them stale (`md key I T<s>`): then one reader is told to make the item new and the others
 * get the old one for so long. Writes. At most {@link metaBatch} keys, one character a byte. 1.6.9 and newer.
 *
 * @throws ConnectError when the connection is lost: what was answered until then is not known
 */
export async function metaDelete(
  port: MemcachedLinesPort,
  keys: readonly string[],
  staleSeconds: number | null,
): Promise<MetaAnswers> {
  const answers: MetaAnswers = { hits: 0, misses: 0, refused: new Map() };
  if (keys.length === 0) return answers;
  const flags = staleSeconds === null ? "" : ` I T${staleSeconds}`;
  // `mn` answers last, so that the end is seen whatever the others gave.
  const request = [...keys.map((key) => `md ${nameOf(key)}${flags}`), "mn"].join("\r\n");
  await port.readLines(request, (lines) => {
    for (const line of Buffer.from(lines).toString("latin1").split("\r\n")) {
      if (line === "MN") return false;
      // `OK` before 1.6.10.
      if (/^(HD|OK)\b/.test(line)) answers.hits++;
      else if (/^NF\b/.test(line)) answers.misses++;
      else if (line !== "") answers.refused.set(line, (answers.refused.get(line) ?? 0) + 1);
    }
    return true;
  });
  return answers;
}

/** As it can stand on a line: a name with spaces or control characters, which the binary protocol allows, as base64. */
function nameOf(key: string): string {
  return /^[\x21-\x7e\x80-\xff]{1,250}$/.test(key) ? key : `${Buffer.from(key, "latin1").toString("base64")} b`;
}

/**
 * Counts a version up, and makes it where it is not there. It begins with the time, so that one that was evicted and made anew
 * is never one that was there before. Writes: `add`, else `incr`.
 *
 * @returns the version now, or what the server answered instead
 */
export async function raiseVersion(port: MemcachedLinesPort, key: string, nowMs: number): Promise<number | string> {
  const first = String(nowMs);
  // Evicted between the two: once more.
  for (let tries = 0; tries < 3; tries++) {
    const added = await lineOf(port, `add ${key} 0 0 ${first.length}\r\n${first}`);
    if (added === "STORED") return nowMs;
    if (added !== "NOT_STORED") return added;
    const raised = await lineOf(port, `incr ${key} 1`);
    if (/^\d+\s*$/.test(raised)) return Number(raised);
    if (raised !== "NOT_FOUND") return raised;
  }
  return "it is evicted as soon as it is made";
}

/** Counts a version up where it is there; null where it is not. Writes. */
export async function raiseExisting(port: MemcachedLinesPort, key: string): Promise<number | string | null> {
  const raised = await lineOf(port, `incr ${key} 1`);
  if (raised === "NOT_FOUND") return null;
  return /^\d+\s*$/.test(raised) ? Number(raised) : raised;
}

async function lineOf(port: MemcachedLinesPort, command: string): Promise<string> {
  let answer = "";
  await port.readLines(command, (lines) => {
    answer += Buffer.from(lines).toString("latin1");
    return false;
  });
  return answer.trimEnd();
}
