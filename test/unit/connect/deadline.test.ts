import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { withDeadline } from "../../../src/connect/deadline.js";

const never = () => new Promise<never>(() => {});
const giveUp = (why: string) => new Error(why);

describe("withDeadline", () => {
  it("gives the result and leaves no listener on the run's signal", async () => {
    const { signal } = new AbortController();
    await expect(withDeadline(() => Promise.resolve(7), 60_000, signal, giveUp)).resolves.toBe(7);
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  it("passes on the work's own failure", async () => {
    const work = () => Promise.reject(new Error("refused"));
    await expect(withDeadline(work, 60_000, new AbortController().signal, giveUp)).rejects.toThrow("refused");
  });

  it("gives up at the deadline", async () => {
    await expect(withDeadline(never, 5, new AbortController().signal, giveUp)).rejects.toThrow("deadline");
  });

  it("gives up when the run is aborted", async () => {
    const abort = new AbortController();
    const waiting = withDeadline(never, 60_000, abort.signal, giveUp);
    abort.abort();
    await expect(waiting).rejects.toThrow("aborted");
  });

  it("does not begin after an abort", async () => {
    let begun = false;
    const work = () => Promise.resolve((begun = true));
    await expect(withDeadline(work, 60_000, AbortSignal.abort(), giveUp)).rejects.toThrow("aborted");
    expect(begun).toBe(false);
  });
});
