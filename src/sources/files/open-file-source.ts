import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline, type Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { CachectlError } from "../../model/errors.js";
import type { ResumePoint, SourcePage, WarmSource } from "../../model/warm-source.js";
import type { SourceDeps } from "../source-deps.js";
import { CsvReader } from "./csv-reader.js";
import type { FileSpec } from "./file-schema.js";
import { JsonArrayReader } from "./json-array-reader.js";
import { NdjsonReader } from "./ndjson-reader.js";
import { rejectedAt, type ReaderState, type ReadRows, type RowReader } from "./row-reader.js";

/**
 * Large enough that what each piece costs does not count; small enough that the rows of a few of them are gone again before the
 * garbage collector has to copy them.
 */
const pieceBytes = 65_536;

/** A row beyond this is no cache item: the file is in another format than was said. */
const longestRowBytes = 64 * 1_048_576;

/** Where reading goes on: in the very same file. */
interface FilePoint {
  offset: number;
  state: ReaderState;
  sizeBytes: number;
  mtimeMs: number;
}

/** Opens a file of rows. @throws CachectlError usage where it cannot be read */
export async function openFileSource(spec: FileSpec, { stdin }: SourceDeps): Promise<WarmSource> {
  if (spec.path === "-") return new FileSource(spec, null, stdin);
  const found = await stat(spec.path).catch((error: unknown) => Promise.reject(unreadable(spec.path, error)));
  if (found.isDirectory()) throw unreadable(spec.path, new Error("it is a directory"));
  // A pipe cannot be read from its middle, and its size says nothing.
  return new FileSource(spec, found.isFile() ? { sizeBytes: found.size, mtimeMs: found.mtimeMs } : null, null);
}

class FileSource implements WarmSource {
  #stream: Readable | null = null;

  constructor(
    private readonly spec: FileSpec,
    private readonly file: Pick<FilePoint, "sizeBytes" | "mtimeMs"> | null,
    private readonly stdin: Readable | null,
  ) {}

  async *pages(from: ResumePoint, signal: AbortSignal): AsyncIterable<SourcePage> {
    const point = from === null ? null : this.pointOf(from);
    const start = point?.offset ?? 0;
    const reader = this.reader(point?.state ?? { count: 0 }, start > 0);
    let offset = start;
    let rest: Buffer | null = null;
    for await (const piece of this.pieces(start, signal)) {
      let bytes: Buffer = rest === null ? piece : Buffer.concat([rest, piece]);
      if (offset === 0 && bytes.length >= 3 && bytes.readUIntBE(0, 3) === byteOrderMark) {
        bytes = bytes.subarray(3);
        offset = 3;
      }
      const read = this.read(reader, bytes, false);
      offset += read.usedBytes;
      rest = read.usedBytes === bytes.length ? null : bytes.subarray(read.usedBytes);
      if (rest !== null && rest.length > longestRowBytes) throw this.broken("one row is longer than 64 MB");
      if (read.rows.length + read.rejected.length > 0) yield this.page(reader, read, offset);
    }
    signal.throwIfAborted();
    // Also when nothing is left: only the reader knows whether the file may end here.
    const read = this.read(reader, rest ?? Buffer.alloc(0), true);
    yield this.page(reader, read, offset + read.usedBytes);
  }

  /** Nobody has counted them, and counting would be reading. */
  totalRows(): Promise<number | null> {
    return Promise.resolve(null);
  }

  close(): Promise<void> {
    this.#stream?.destroy();
    return Promise.resolve();
  }

  private page(reader: RowReader, { rows, numbers, json, rejected }: ReadRows, offset: number): SourcePage {
    const name = this.spec.path === "-" ? "standard input" : this.spec.path.slice(this.spec.path.lastIndexOf("/") + 1);
    const where = (number: number) => `${name} ${reader.unit} ${number}`;
    const point: FilePoint | null = this.file === null ? null : { offset, state: reader.state(), ...this.file };
    return {
      rows,
      placeOf: (index) => where(numbers[index] ?? 0),
      rejected: rejected.map((one) => rejectedAt(where, one)),
      resumeAt: point as unknown as ResumePoint,
      ...(json === undefined ? {} : { jsonOf: (index: number) => json[index] }),
    };
  }

  private reader(state: ReaderState, begun: boolean): RowReader {
    const { format, delimiter, columns } = this.spec;
    if (format === "csv") return new CsvReader(delimiter, columns, state);
    return format === "json" ? new JsonArrayReader(state, begun) : new NdjsonReader(state);
  }

  private read(reader: RowReader, bytes: Buffer, last: boolean): ReadRows {
    try {
      return reader.read(bytes, last);
    } catch (error) {
      if (error instanceof SyntaxError) throw this.broken(error.message);
      throw error;
    }
  }

  /** The file's bytes, unpacked, from `start` on. @throws CachectlError where it ends before its time */
  private async *pieces(start: number, signal: AbortSignal): AsyncIterable<Buffer> {
    const { gzip, path } = this.spec;
    const raw = this.stdin ?? createReadStream(path, { start: gzip ? 0 : start, highWaterMark: pieceBytes });
    const stream: Readable = gzip ? pipeline(raw, createGunzip({ chunkSize: pieceBytes }), () => undefined) : raw;
    this.#stream = stream;
    const end = () => void raw.destroy();
    signal.addEventListener("abort", end, { once: true });
    let skip = gzip ? start : 0;
    let seen = 0;
    try {
      for await (const piece of stream as AsyncIterable<Buffer>) {
        seen += piece.length;
        if (skip >= piece.length) skip -= piece.length;
        else {
          yield skip === 0 ? piece : piece.subarray(skip);
          skip = 0;
        }
      }
    } catch (error) {
      signal.throwIfAborted();
      throw unreadable(path, error);
    } finally {
      signal.removeEventListener("abort", end);
    }
    if (this.file !== null && !gzip && start + seen < this.file.sizeBytes)
      throw this.broken("it was cut off while it was read");
  }

  whyNotFrom(from: ResumePoint): string | null {
    const point = from as unknown as FilePoint;
    if (this.file !== null && point.sizeBytes === this.file.sizeBytes && point.mtimeMs === this.file.mtimeMs)
      return null;
    return `${this.spec.path} is not the file that it was reading`;
  }

  private pointOf(from: Exclude<ResumePoint, null>): FilePoint {
    const why = this.whyNotFrom(from);
    if (why === null) return from as unknown as FilePoint;
    throw new CachectlError(
      "usage",
      "source-changed",
      `an unfinished run cannot be gone on with: ${why}`,
      "Run it without --resume.",
    );
  }

  private broken(why: string): CachectlError {
    const { path, format } = this.spec;
    return new CachectlError(
      "unreached",
      "source-broken",
      `${path === "-" ? "standard input" : path} cannot be read on as ${format}: ${why}`,
      "Mend or replace the file; what was written until there stays, and nothing was deleted.",
    );
  }
}

const byteOrderMark = 0xef_bb_bf;

function unreadable(path: string, error: unknown): CachectlError {
  const why = error instanceof Error ? error.message : String(error);
  return new CachectlError(
    "unreached",
    "source-unreadable",
    `${path} cannot be read: ${why}`,
    "Check the path (relative ones start in the manifest's directory), the file's rights, and that it was written to its end.",
    error,
  );
}
