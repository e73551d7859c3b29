import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Report } from "../../src/model/report.js";
import { startSentinelGroup, waitUntil, type RedisServer, type SentinelGroup } from "./servers/index.js";

export function urlOf({ sentinels, masterName }: SentinelGroup): string {
  return `redis+sentinel://${sentinels.map(({ address }) => address).join(",")}/${masterName}`;
}

/** A group whose nodes write down every command, so that what a node has seen can be counted without asking the program. */
export function startDrillGroup(options: Parameters<typeof startSentinelGroup>[0]): Promise<SentinelGroup> {
  return startSentinelGroup({ ...options, config: { appendonly: "yes", ...options?.config } });
}

/** Numbers of the ledger in the node's append-only file. */
export async function numbersWrittenAt(node: RedisServer): Promise<Set<string>> {
  const files = (await readdir(node.dir, { recursive: true })).filter((name) => name.includes("appendonly"));
  const texts = await Promise.all(
    files.map((name) => readFile(join(node.dir, name), "latin1").catch(directoryIsEmpty)),
  );
  const write = /\$4\r\nHSET\r\n\$\d+\r\ncachectl:drill:\w+\r\n\$\d+\r\n(\d+)\r\n/g;
  return new Set(texts.flatMap((text) => [...text.matchAll(write)].map((match) => match[1] ?? "")));
}

function directoryIsEmpty(error: unknown): string {
  if ((error as NodeJS.ErrnoException).code === "EISDIR") return "";
  throw error;
}

/** Rows of a table section, by its id. */
export function rowsOf({ sections }: Report, id: string) {
  const section = sections.find((one) => one.id === id);
  return section?.kind === "table" ? section.rows : [];
}

/** Resolves when the drill's journal announces this step. */
export async function untilJournaled(path: string, kind: "begin" | "order" | "end"): Promise<void> {
  const text = () => readFile(path, "utf8").catch(() => "");
  await waitUntil(async () => (await text()).includes(`"kind":"${kind}"`), {
    what: `the drill comes to ${kind}`,
    timeoutMs: 40_000,
    everyMs: 5,
  });
}

/** What each sentinel names. */
export async function primariesNamed({ sentinels, masterName }: SentinelGroup): Promise<string[]> {
  return Promise.all(
    sentinels.map(async (sentinel) => {
      const reply = await sentinel.call("SENTINEL", "GET-MASTER-ADDR-BY-NAME", masterName);
      return Array.isArray(reply) ? reply.map(String).join(":") : "";
    }),
  );
}

export async function drillKeysAt(node: RedisServer): Promise<number> {
  const keys = await node.call("KEYS", "cachectl:drill:*");
  return Array.isArray(keys) ? keys.length : -1;
}
