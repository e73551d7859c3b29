import { open, type FileHandle } from "node:fs/promises";
import { CachectlError } from "../../model/errors.js";
import type { RejectedRow } from "../../model/warm-source.js";
import { checkWritable } from "../write-whole.js";

/** Where rows go that could not be written: one JSON object a line with place, reason and text. Holds data: only its owner may read it. */
export class RejectsFile {
  private constructor(
    private readonly file: FileHandle,
    private readonly path: string,
  ) {}

  /** Before anything is written to the cache. Leaves what is there: it may be another run's, which is under way. @throws CachectlError usage */
  static async check(path: string): Promise<void> {
    await checkWritable(path).catch((error: unknown) => Promise.reject(notWritten(path, error)));
  }

  /** @param append a run that goes on keeps what the unfinished one rejected. @throws CachectlError usage */
  static async open(path: string, append: boolean): Promise<RejectsFile> {
    try {
      return new RejectsFile(await open(path, append ? "a" : "w", 0o600), path);
    } catch (error) {
      throw notWritten(path, error);
    }
  }

  async write(rows: readonly RejectedRow[]): Promise<void> {
    try {
      await this.file.appendFile(rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    } catch (error) {
      throw notWritten(this.path, error);
    }
  }

  async close(): Promise<void> {
    await this.file.close();
  }
}

function notWritten(path: string, error: unknown): CachectlError {
  return new CachectlError(
    "usage",
    "rejects-not-written",
    `rejected rows cannot be written to ${path}: ${(error as Error).message}`,
    "Give --rejects a path in a directory that exists and that you may write to.",
    error,
  );
}
