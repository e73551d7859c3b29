import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { DemoInterrupted } from "./demo-error.js";
import { dirPrefix, makeStateDirectory, saveState, stateFile, type DemoState } from "./demo-state.js";
import { endRun, type EndingDeps } from "./end-demo.js";
import type { EngineRef, ServerRef, ServerSource, ServerStart } from "./server-source.js";

/**
 * One run of the demo: its directory and everything it has started. All of it is in a state file from the first moment on, so
 * that `cachectl demo --stop` can end it even if this process is killed.
 */
export class DemoRun {
  readonly #state: DemoState;
  readonly #file: string;
  readonly #deps: EndingDeps;
  readonly #starting = new Set<Promise<unknown>>();
  #ending = false;

  constructor(deps: EndingDeps) {
    this.#deps = deps;
    makeStateDirectory(deps.env);
    const dir = mkdtempSync(join(deps.env["TMPDIR"] ?? tmpdir(), dirPrefix));
    this.#file = stateFile(deps.env, dir);
    this.#state = { schemaVersion: 1, dir, engine: null, servers: [] };
    this.#save();
  }

  get dir(): string {
    return this.#state.dir;
  }

  /** Unique among runs; also the value of the containers' label. */
  get name(): string {
    return basename(this.dir).slice(dirPrefix.length);
  }

  /** To be called before the first container is started. */
  useEngine(engine: EngineRef | null): void {
    this.#state.engine = engine;
    this.#save();
  }

  /** Starts a server and notes it. Rejects with `DemoInterrupted` once the run is being ended. */
  async start(source: ServerSource, server: ServerStart): Promise<ServerRef> {
    if (this.#ending) throw new DemoInterrupted();
    const starting = source.start(server).then((ref) => {
      this.add(ref);
      return ref;
    });
    this.#starting.add(starting);
    try {
      return await starting;
    } finally {
      this.#starting.delete(starting);
    }
  }

  add(ref: ServerRef): void {
    this.#state.servers.push(ref);
    this.#save();
  }

  /** Ends everything of this run, also what is only just being started, and removes its files. Idempotent. */
  async end(): Promise<void> {
    this.#ending = true;
    // A server that has been asked for comes up even when nobody waits for it any more; only then can it be ended.
    await Promise.allSettled(this.#starting);
    await endRun(this.#state, this.#file, this.#deps);
  }

  #save(): void {
    saveState(this.#file, this.#state);
  }
}
