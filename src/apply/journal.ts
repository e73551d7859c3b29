import { mkdirSync, statSync } from "node:fs";
import { open, readFile, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { CachectlError } from "../model/errors.js";
import { makeDirectory } from "../model/make-directory.js";
import type { JournalEntry } from "./move-types.js";

/** @typeParam Entry what its lines hold; a move of slots where left out */
export interface Journal<Entry = JournalEntry> {
  write(entry: Entry): Promise<void>;
  /** Waits for what is still being written. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * Opens a journal to append to: one JSON line an entry, readable by its owner only, its directory created. `write` resolves
 * when the entry is on the disk, so that what it announces can be found after a power cut; entries that are written
 * meanwhile share one fsync. Entries hold no value of a key and no secret.
 *
 * @throws CachectlError usage where the file cannot be written, by `write` too (a full disk)
 */
export async function openJournal<Entry = JournalEntry>(path: string): Promise<Journal<Entry>> {
  try {
    makeDirectory(dirname(path), 0o700, { mkdirSync, statSync, dirname });
    const file = await open(path, "a+", 0o600);
    await dropTornLine(file, path);
    await syncDirectory(dirname(path));
    return new JournalFile<Entry>(file, path);
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** The entries of a journal of slot moves. See {@link readEntries}. */
export function readJournal(path: string): Promise<JournalEntry[]> {
  return readEntries<JournalEntry>(path, {
    kinds: ["begin", "open", "done", "failed", "end"],
    hint: "Name another file with --journal FILE; `cachectl cluster fix` finishes open slots without any journal.",
  });
}

export interface EntryKinds<E extends { kind: string }> {
  /** All that there are. */
  kinds: readonly E["kind"][];
  /** What helps where a line is none of them. */
  hint: string;
}

/**
 * The entries in the order they were written; none when there is no such file. A last line that a crash tore is left out.
 * @throws CachectlError usage when the file cannot be read or a whole line is no entry
 */
export async function readEntries<E extends { kind: string }>(path: string, known: EntryKinds<E>): Promise<E[]> {
  const lines = (await textOf(path)).split("\n");
  // After the last line end stands nothing, or what a crash tore: the step that it announces was not begun.
  return lines.slice(0, -1).map((line, index) => parseEntry(line, index + 1, path, known));
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return "";
    throw new CachectlError(
      "usage",
      "journal-unreadable",
      `The journal ${path} cannot be read: ${textOfError(error)}`,
      "Make it readable for this user, or name another with --journal FILE.",
      error,
    );
  }
}

function parseEntry<E extends { kind: string }>(
  line: string,
  number: number,
  path: string,
  { kinds, hint }: EntryKinds<E>,
): E {
  try {
    const entry = JSON.parse(line) as unknown;
    if (typeof entry === "object" && entry !== null && "kind" in entry && kinds.includes(String(entry.kind)))
      return entry as E;
  } catch {
    // Said below, together with lines that are JSON but no entry.
  }
  throw new CachectlError("usage", "journal-damaged", `Line ${number} of ${path} is no entry of a journal`, hint);
}

class JournalFile<Entry> implements Journal<Entry> {
  #pending: { lines: string; written: Promise<void> } | null = null;
  #last: Promise<void> = Promise.resolve();
  #closed: Promise<void> | null = null;

  constructor(
    private readonly file: FileHandle,
    private readonly path: string,
  ) {}

  write(entry: Entry): Promise<void> {
    const line = `${JSON.stringify(entry)}\n`;
    if (this.#pending !== null) {
      this.#pending.lines += line;
      return this.#pending.written;
    }
    const written = this.#last.then(() => this.flush());
    // One failed write is reported to those who asked for it; later ones try again.
    this.#last = written.catch(() => undefined);
    this.#pending = { lines: line, written };
    return written;
  }

  close(): Promise<void> {
    this.#closed ??= this.#last.then(() => this.file.close());
    return this.#closed;
  }

  private async flush(): Promise<void> {
    const lines = this.#pending?.lines ?? "";
    this.#pending = null;
    try {
      await this.file.appendFile(lines);
      await this.file.datasync();
    } catch (error) {
      throw unwritable(this.path, error);
    }
  }
}

/** What is appended must begin on a line of its own. */
async function dropTornLine(file: FileHandle, path: string): Promise<void> {
  const bytes = await readFile(path);
  const end = bytes.lastIndexOf("\n") + 1;
  if (end < bytes.length) await file.truncate(end);
}

/** Without it, a power cut may lose the file's name though its content is on the disk. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function unwritable(path: string, error: unknown): CachectlError {
  return new CachectlError(
    "usage",
    "journal-unwritable",
    `The journal ${path} cannot be written: ${textOfError(error)}`,
    "Make room or give this user the right to write there, or name another file with --journal FILE.",
    error,
  );
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

function textOfError(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
