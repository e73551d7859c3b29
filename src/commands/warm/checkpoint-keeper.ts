import { removeCheckpoint, writeCheckpoint, type Checkpoint } from "../../collect/warm/checkpoint-file.js";
import type { Clock } from "../../model/clock.js";
import type { ResumePoint } from "../../model/warm-source.js";
import type { SampleReader } from "./sample-reader.js";

/** What a killed run repeats at most. Written more often, it would cost more than it saves. */
const everyMs = 500;

/** Leaves a checkpoint now and then, one write at a time. */
export class CheckpointKeeper {
  /** The first page is noted at once. */
  #lastMs = -Infinity;
  #writing: Promise<void> | null = null;
  #forgotten = false;

  constructor(
    private readonly path: string,
    private readonly task: string,
    private readonly earlier: Checkpoint | null,
    private readonly clock: Pick<Clock, "monotonicMs" | "now">,
    private readonly sample: Pick<SampleReader, "some">,
  ) {}

  /** @param rows read in this run. @throws CachectlError where it cannot be written */
  async note(resumeAt: ResumePoint, rows: number): Promise<void> {
    const now = this.clock.monotonicMs();
    if (this.#forgotten || resumeAt === null || this.#writing !== null || now - this.#lastMs < everyMs) return;
    this.#lastMs = now;
    this.#writing = this.write(resumeAt, rows).finally(() => (this.#writing = null));
    await this.#writing;
  }

  /** At the end of a run that is not complete. */
  async keep(resumeAt: ResumePoint, rows: number): Promise<void> {
    await this.#writing;
    if (!this.#forgotten && resumeAt !== null) await this.write(resumeAt, rows);
  }

  /** The next run has to begin anew: nothing is left to do, or what was written is not there any more. @throws CachectlError where the file cannot be removed */
  async forget(): Promise<void> {
    if (this.#forgotten) return;
    this.#forgotten = true;
    await this.#writing;
    await removeCheckpoint(this.path);
  }

  private async write(resumeAt: ResumePoint, rows: number): Promise<void> {
    const total = rows + (this.earlier?.rows ?? 0);
    await writeCheckpoint(this.path, {
      ...{ schemaVersion: 1, task: this.task, resumeAt, rows: total },
      writtenAt: this.clock.now(),
      sample: this.sample.some(this.clock),
    });
  }
}
