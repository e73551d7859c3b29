import { describe, expect, it } from "vitest";
import { DemoInterrupted } from "../../../src/demo/demo-error.js";
import { GiveUp, waitUntil } from "../../../src/demo/wait-until.js";

describe("waitUntil", () => {
  it("asks until the condition holds, taking an error for not yet", async () => {
    let asked = 0;
    const condition = () => {
      asked++;
      if (asked < 3) throw new Error("connection refused");
      return asked === 5;
    };
    await waitUntil(condition, { what: "it holds", timeoutMs: 5_000, everyMs: 1 });
    expect(asked).toBe(5);
  });

  it("says what it waited for and the last error when time runs out", async () => {
    const refuse = () => Promise.reject(new Error("connection refused"));
    await expect(waitUntil(refuse, { what: "the server answers", timeoutMs: 20, everyMs: 1 })).rejects.toMatchObject({
      code: "timed-out",
      message: "Gave up after 0.02 s waiting until the server answers. The last answer was: connection refused",
    });
  });

  it("ends with the abort signal", async () => {
    const aborting = new AbortController();
    const waiting = waitUntil(() => false, { what: "never", timeoutMs: 60_000, everyMs: 1, signal: aborting.signal });
    aborting.abort();
    await expect(waiting).rejects.toBeInstanceOf(DemoInterrupted);
  });

  it("ends at once with the reason of a condition that gives up", async () => {
    const reason = new Error("it is dead");
    const giveUp = () => Promise.reject(new GiveUp(reason));
    await expect(waitUntil(giveUp, { what: "it lives", timeoutMs: 60_000 })).rejects.toBe(reason);
  });
});
