import { createHash } from "node:crypto";
import { join, resolve } from "node:path";
import {
  checkCheckpoint,
  readCheckpoint,
  removeCheckpoint,
  type Checkpoint,
} from "../../collect/warm/checkpoint-file.js";
import type { WarmSource } from "../../model/warm-source.js";
import type { Context } from "../context.js";

interface WarmTask {
  manifestName: string;
  /** Of the manifest's text. */
  digest: string;
  target: string;
  /** What every item lives; null: each its own time, or for ever. */
  ttlMs: number | null;
}

/** Where an unfinished run of this task leaves its checkpoint. */
export class CheckpointPlace {
  readonly path: string;
  /** Tells the task from every other one. */
  readonly task: string;
  readonly #ttlMs: number | null;

  constructor(
    { env, home, cwd }: Pick<Context, "env" | "home" | "cwd">,
    given: string | null,
    { manifestName, digest, target, ttlMs }: WarmTask,
  ) {
    this.#ttlMs = ttlMs;
    this.task = createHash("sha256").update(`${digest} ${target}`).digest("hex");
    const state = env["XDG_STATE_HOME"];
    const root = state?.startsWith("/") === true ? state : join(home, ".local", "state");
    const own = join(root, "cachectl", "warm", `${manifestName}-${this.task.slice(0, 12)}.json`);
    this.path = given === null ? own : resolve(cwd, given);
  }

  /** @throws CachectlError usage where a run could not leave one */
  check(): Promise<void> {
    return checkCheckpoint(this.path);
  }

  /**
   * Where an unfinished run stopped; nothing, and why, where the source is not what it was, or nothing that was written is left. A
   * job that wants somebody's hand whenever its file is replaced would stay ended until morning; begun anew, it only writes some
   * items twice.
   *
   * @param nowMs Unix milliseconds
   * @throws CachectlError usage where it is another task's, or no checkpoint
   */
  async find(source: WarmSource, nowMs: number): Promise<{ checkpoint: Checkpoint | null; whyAnew: string | null }> {
    const checkpoint = await readCheckpoint(this.path, this.task);
    if (checkpoint === null) return { checkpoint, whyAnew: null };
    const hasRunOut = this.#ttlMs !== null && nowMs >= checkpoint.writtenAt + this.#ttlMs;
    const whyAnew = hasRunOut ? "what it wrote has run out by now" : (source.whyNotFrom?.(checkpoint.resumeAt) ?? null);
    return { checkpoint: whyAnew === null ? checkpoint : null, whyAnew };
  }

  /** Nobody shall go on from what is there: this run begins anew. */
  clear(): Promise<void> {
    return removeCheckpoint(this.path);
  }
}
