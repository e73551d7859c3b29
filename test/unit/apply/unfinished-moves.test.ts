import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { JournalEntry } from "../../../src/apply/move-types.js";
import { findUnfinishedMoves, unfinishedMoves } from "../../../src/apply/unfinished-moves.js";

const a = { id: "a".repeat(40), address: "10.0.0.1:7001" };
const b = { id: "b".repeat(40), address: "10.0.0.1:7002" };
const at = "2026-01-01T00:00:00.000Z";

const begin: JournalEntry = {
  ...{ kind: "begin", at, operation: "cluster-rebalance", target: "prod", fingerprint: "f" },
  moves: [{ from: a, to: b, slots: [[0, 31]], slotCount: 32, keys: null, bytes: null }],
};

function step(kind: "open" | "done", first: number, last: number): JournalEntry {
  return { kind, at, from: a.address, to: b.address, slots: [[first, last]] };
}

describe("what earlier runs left unfinished", () => {
  it("is what was opened and not done, with the ids of its nodes", () => {
    const entries = [
      begin,
      step("open", 0, 2),
      step("done", 0, 1),
      { kind: "failed", reason: "x", ...rest(2) } as JournalEntry,
    ];
    expect(unfinishedMoves(entries)).toEqual([{ slot: 2, from: a, to: b }]);
  });

  it("is nothing once a later run has done it", () => {
    expect(unfinishedMoves([begin, step("open", 0, 2), begin, step("done", 0, 2)])).toEqual([]);
  });

  it("is nothing where no begin says which nodes the addresses were", () => {
    expect(unfinishedMoves([step("open", 0, 2)])).toEqual([]);
  });

  it("is found in other targets' journals too, and a damaged one of them is passed over", async () => {
    const directory = await mkdtemp(join(tmpdir(), "cachectl-journals-"));
    onTestFinished(() => rm(directory, { recursive: true }));
    const lines = [begin, step("open", 4, 4)].map((entry) => `${JSON.stringify(entry)}\n`).join("");
    await writeFile(join(directory, "another-name.jsonl"), lines);
    await writeFile(join(directory, "damaged.jsonl"), "nonsense\n");
    const own = join(directory, "prod.jsonl");
    expect(await findUnfinishedMoves(directory, own)).toEqual([{ slot: 4, from: a, to: b }]);
    await writeFile(own, "nonsense\n");
    await expect(findUnfinishedMoves(directory, own)).rejects.toMatchObject({ code: "journal-damaged" });
  });

  it("is nothing where no run has kept a journal yet", async () => {
    expect(await findUnfinishedMoves("/nonexistent/journals", "/nonexistent/journals/prod.jsonl")).toEqual([]);
  });
});

function rest(slot: number) {
  return { at, from: a.address, to: b.address, slots: [[slot, slot]] };
}
