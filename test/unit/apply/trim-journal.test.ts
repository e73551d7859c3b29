import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openJournal, readJournal } from "../../../src/apply/journal.js";
import type { JournalEntry } from "../../../src/apply/move-types.js";
import { trimJournal } from "../../../src/apply/trim-journal.js";
import { temporaryDirectory, usingServers } from "../../support/servers/index.js";

usingServers();

const [from, to] = ["a", "b"].map((letter) => ({ id: letter.repeat(40), address: `10.0.0.1:700${letter}` })) as [
  { id: string; address: string },
  { id: string; address: string },
];
const at = "2026-11-20T00:00:00.000Z";
const slots: [number, number][] = [[7, 7]];
const begin: JournalEntry = {
  ...{ kind: "begin", at, operation: "cluster-rebalance", target: "prod", fingerprint: "f" },
  moves: [{ from, to, slots, slotCount: 1, keys: null, bytes: null }],
};
const open: JournalEntry = { kind: "open", at, from: from.address, to: to.address, slots };
const done: JournalEntry = { ...open, kind: "done" };
const end: JournalEntry = { kind: "end", at, complete: true };

const nobody = new Set<string>();

async function journalOf(...entries: JournalEntry[]): Promise<string> {
  const path = join(await temporaryDirectory(), "prod.jsonl");
  await writeFile(path, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
  return path;
}

describe("a journal that has grown large", () => {
  it("is emptied once all it tells of has ended, and kept beside", async () => {
    const path = await journalOf(begin, open, done, end);
    await trimJournal(path, nobody, 100);
    expect(await readJournal(path)).toEqual([]);
    expect(await readJournal(`${path}.old`)).toEqual([begin, open, done, end]);
  });

  it("is left alone while it is small", async () => {
    const path = await journalOf(begin, open, done, end);
    await trimJournal(path, nobody);
    expect(await readJournal(path)).toHaveLength(4);
    await expect(stat(`${path}.old`)).rejects.toMatchObject({ code: "ENOENT" });
  });

  it.each([
    ["its last run has not ended", [begin, open, done, end, begin]],
    ["a slot of it may still be half-moved", [begin, open, end]],
  ])("is left alone when %s", async (_, entries) => {
    const path = await journalOf(...entries);
    await trimJournal(path, nobody, 100);
    expect(await readJournal(path)).toEqual(entries);
  });

  it("is emptied when both nodes of its unfinished move have no open slot any more", async () => {
    const path = await journalOf(begin, open, end);
    await trimJournal(path, new Set([from.id]), 100);
    expect(await readJournal(path)).toHaveLength(3);
    await trimJournal(path, new Set([from.id, to.id]), 100);
    expect(await readJournal(path)).toEqual([]);
  });

  it("is left alone when it is damaged or no journal at all", async () => {
    const path = await journalOf(begin, open, done, end);
    await writeFile(path, `nonsense\n${JSON.stringify(end)}\n`);
    await trimJournal(path, nobody, 10);
    expect(await readFile(path, "utf8")).toContain("nonsense");
  });

  it("takes the next entries of who has it open already", async () => {
    const path = await journalOf(begin, open, done, end);
    const journal = await openJournal(path);
    await trimJournal(path, nobody, 100);
    await journal.write(begin);
    await journal.close();
    expect(await readJournal(path)).toEqual([begin]);
  });
});
