import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { runCommand } from "./run-command.js";

type Environment = Readonly<Record<string, string | undefined>>;

// Package managers put servers here, and the PATH of a plain user or of cron often lacks these folders.
const usualFolders = ["/usr/local/bin", "/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin"];

export interface FoundServer {
  product: "redis" | "valkey" | "memcached";
  /** As the program itself says: a `redis-server` may be Valkey under its old name. */
  version: string;
  path: string;
}

/** The first executable of this name on the PATH, then in `otherFolders`; null when there is none. */
export async function findProgram(
  name: string,
  env: Environment,
  otherFolders: readonly string[] = [],
): Promise<string | null> {
  const folders = [...(env["PATH"] ?? "").split(delimiter), ...otherFolders];
  for (const folder of folders.filter((text) => text !== "")) {
    const path = join(folder, name);
    if (await isExecutable(path)) return path;
  }
  return null;
}

/** Finds a server program and asks it what it is; null when it is not there or does not say. */
export async function findServer(
  name: "redis-server" | "valkey-server" | "memcached",
  env: Environment,
): Promise<FoundServer | null> {
  const path = await findProgram(name, env, usualFolders);
  if (path === null) return null;
  const { output } = await runCommand([path, "--version"], { env, timeoutMs: 5_000 });
  return parseServerVersion(output, path);
}

/** `Redis server v=7.0.15 …`, `Valkey server v=8.1.1 …`, `memcached 1.6.18`. */
export function parseServerVersion(output: string, path: string): FoundServer | null {
  const match = /^(?<product>redis|valkey|memcached)\b.*?(?<version>\d+\.\d+\.\d+)/im.exec(output);
  if (match?.groups === undefined) return null;
  const product = match.groups["product"]?.toLowerCase() as FoundServer["product"];
  return { product, version: match.groups["version"] ?? "", path };
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    // Not there, or not ours to run: the next folder may have it.
    return false;
  }
}
