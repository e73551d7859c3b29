import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openJournal, readJournal } from "../../../src/apply/journal.js";
import type { JournalEntry } from "../../../src/apply/move-types.js";

const entry = (slot: number): JournalEntry => ({
  kind: "open",
  at: "2026-01-01T00:00:00.000Z",
  from: "a:1",
  to: "b:1",
  slots: [[slot, slot]],
});

describe("the journal", () => {
  let dir: string;
  let path: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "cachectl-journal-"));
    path = join(dir, "below", "journal.jsonl");
  });
  afterEach(async () => rm(dir, { recursive: true }));

  it("gives back what was written, in order, also by many at once and by two runs", async () => {
    const journal = await openJournal(path);
    await Promise.all([1, 2, 3, 4, 5].map((slot) => journal.write(entry(slot))));
    await journal.close();
    const again = await openJournal(path);
    await again.write(entry(6));
    await again.close();
    expect(await readJournal(path)).toEqual([1, 2, 3, 4, 5, 6].map(entry));
  });

  it("is readable by its owner only", async () => {
    await (await openJournal(path)).close();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it("leaves out a last line that a crash tore, and goes on after it", async () => {
    const journal = await openJournal(path);
    await journal.write(entry(1));
    await journal.close();
    await appendFile(path, '{"kind":"op');
    expect(await readJournal(path)).toEqual([entry(1)]);
    const again = await openJournal(path);
    await again.write(entry(2));
    await again.close();
    expect(await readJournal(path)).toEqual([1, 2].map(entry));
    expect(await readFile(path, "utf8")).not.toContain('"op{');
  });

  it("is empty where there is no file", async () => {
    expect(await readJournal(join(dir, "none"))).toEqual([]);
  });

  it("says which line is none of its entries", async () => {
    const file = join(dir, "other");
    await writeFile(file, 'hello\n{"kind":"open"}\n');
    await expect(readJournal(file)).rejects.toMatchObject({ code: "journal-damaged", kind: "usage" });
  });

  it("refuses a place that cannot be written", async () => {
    await writeFile(join(dir, "file"), "");
    await expect(openJournal(join(dir, "file", "journal"))).rejects.toMatchObject({ code: "journal-unwritable" });
  });
});
