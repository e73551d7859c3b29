import { describe, expect, it } from "vitest";
import { runSteps } from "../../../src/apply/run-steps.js";
import { waitFor } from "../../../src/apply/wait-for.js";
import { CachectlError } from "../../../src/model/errors.js";

const lockLost = new CachectlError("change", "lock-lost", "the lock was lost", "Run it again.");
const signal = new CachectlError("interrupted", "interrupted", "interrupted", "");

/** Three steps, the second of which waits for what never comes; `stop` aborts with this reason at its third look. */
async function threeSteps(reason: unknown, deadlineMs = 60_000) {
  const stop = new AbortController();
  let now = 0;
  let looks = 0;
  const clock = { now: () => now, monotonicMs: () => now, sleep: (ms: number) => Promise.resolve(void (now += ms)) };
  const look = () => {
    looks += 1;
    if (looks === 3 && reason !== null) stop.abort(reason);
    return Promise.resolve("a:1 is missing");
  };
  const wait = async () => {
    await waitFor({ clock, stop: stop.signal, deadlineMs }, look, "Bring a:1 back.");
    return [];
  };
  const steps = [
    { title: "one", run: () => Promise.resolve(["one is done"]) },
    { title: "two", run: wait },
    { title: "three", run: () => Promise.resolve(["three is done"]) },
  ];
  return await runSteps(steps, stop.signal, () => undefined);
}

describe("the steps of a change", () => {
  it("leave what was not begun when a signal ends a wait, and call nothing failed", async () => {
    expect(await threeSteps(signal)).toEqual({ done: ["one is done"], failed: [], notDone: ["two", "three"] });
  });

  it("name the lost lock as the reason of the step that it ended", async () => {
    expect(await threeSteps(lockLost)).toEqual({
      done: ["one is done"],
      failed: [{ step: "two", reason: "the lock was lost. Run it again" }],
      notDone: ["three"],
    });
  });

  it("name the lost lock where it is lost between two steps", async () => {
    const stop = AbortSignal.any([AbortSignal.abort(lockLost)]);
    const result = await runSteps([{ title: "one", run: () => Promise.resolve([]) }], stop, () => undefined);
    expect(result).toMatchObject({ done: [], failed: [{ step: "one", reason: "the lock was lost. Run it again" }] });
  });

  it("end with what was missing last when the deadline passes", async () => {
    const { failed, notDone } = await threeSteps(null, 4_000);
    expect(failed).toEqual([{ step: "two", reason: "after 4 s a:1 is missing. Bring a:1 back" }]);
    expect(notDone).toEqual(["three"]);
  });
});
