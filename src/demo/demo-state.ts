import { mkdirSync, renameSync, statSync, writeFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";
import { makeDirectory } from "../model/make-directory.js";
import type { DemoDeps } from "./demo-deps.js";
import { DemoError } from "./demo-error.js";
import type { EngineRef, ServerRef } from "./server-source.js";

/** What a run has started, as the state file keeps it. */
export interface DemoState {
  schemaVersion: 1;
  /** Temporary directory of the run; all its files are below. */
  dir: string;
  engine: EngineRef | null;
  servers: ServerRef[];
}

type Environment = DemoDeps["env"];

/** Begins the name of a run's directory and of its state file. */
export const dirPrefix = "cachectl-demo-";

/** The state file of the run with this directory. */
export function stateFile(env: Environment, dir: string): string {
  return join(stateDirectory(env), `${basename(dir)}.json`);
}

/** Those of all runs that have not been ended. */
export async function stateFiles(env: Environment): Promise<string[]> {
  const names = await namesIn(stateDirectory(env));
  return names
    .filter((name) => name.startsWith(dirPrefix) && name.endsWith(".json"))
    .map((name) => join(stateDirectory(env), name));
}

/** At once and as a whole: two servers that start at the same moment must not overwrite each other's entry. */
export function saveState(file: string, state: DemoState): void {
  const draft = `${file}.draft`;
  writeFileSync(draft, JSON.stringify(state, null, 2), { mode: 0o600 });
  renameSync(draft, file);
}

/** Checked before anything is ended or removed by it: the file may have been edited, or be another version's. */
export async function readState(file: string): Promise<DemoState> {
  const state = JSON.parse(await readFile(file, "utf8")) as Partial<DemoState>;
  if (
    state.schemaVersion !== 1 ||
    basename(state.dir ?? "") !== basename(file, ".json") ||
    !Array.isArray(state.servers)
  )
    throw new DemoError(
      "state-unreadable",
      `${file} is not a state file of this version.`,
      "End the demo's servers by hand and remove the file.",
    );
  return state as DemoState;
}

/** Throws `DemoError` with the way out when it cannot be made. */
export function makeStateDirectory(env: Environment): void {
  try {
    makeDirectory(stateDirectory(env), 0o700, { mkdirSync, statSync, dirname });
  } catch (error) {
    throw new DemoError(
      "state-not-writable",
      `${stateDirectory(env)} cannot be made: ${error instanceof Error ? error.message : String(error)}`,
      "Set XDG_STATE_HOME to a directory that you may write: the demo notes there what it has to end.",
      error,
    );
  }
}

function stateDirectory(env: Environment): string {
  return join(env["XDG_STATE_HOME"] ?? join(env["HOME"] ?? homedir(), ".local", "state"), "cachectl");
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}
