import { describe, expect, it } from "vitest";
import { noCounts } from "../../../../src/apply/warm/page-ledger.js";
import type { CheckpointKeeper } from "../../../../src/commands/warm/checkpoint-keeper.js";
import { noteForNextRun } from "../../../../src/commands/warm/note-for-next-run.js";

async function noted(run: { failed?: number; hasLost?: boolean; stopped?: boolean }): Promise<string[]> {
  const done: string[] = [];
  const say = (what: string) => () => Promise.resolve(void done.push(what));
  const stop = { kind: "deadline" as const, reason: "", hint: "" };
  const troubles = await noteForNextRun({
    result: {
      counts: { ...noCounts(), read: 10, failed: run.failed ?? 0 },
      stop: run.stopped === true ? stop : null,
      resumeAt: 5,
    },
    keeper: { keep: say("kept"), forget: say("forgotten") } as unknown as CheckpointKeeper,
    source: { committed: say("committed") } as never,
    hasLost: run.hasLost ?? false,
  });
  expect(troubles).toEqual([]);
  return done;
}

describe("noteForNextRun", () => {
  it("lets the source remember what it gave only where all of it is in the cache", async () => {
    expect(await noted({})).toEqual(["forgotten", "committed"]);
    expect(await noted({ failed: 1 })).toEqual(["forgotten"]);
    expect(await noted({ hasLost: true })).toEqual(["forgotten"]);
  });

  it("keeps a checkpoint of a run that stopped, but not over what is lost", async () => {
    expect(await noted({ stopped: true })).toEqual(["kept"]);
    expect(await noted({ stopped: true, hasLost: true })).toEqual(["forgotten"]);
  });
});
