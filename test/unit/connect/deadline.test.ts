import { getEventListeners } from "node:events";
import { MessageChannel } from "node:worker_threads";
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

  it("takes an answer that came in time, though nothing was read until the deadline was over", async () => {
    const { port1, port2 } = new MessageChannel();
    const answer = () => new Promise<string>((resolve) => port1.once("message", (text: string) => resolve(text)));
    // From here the event loop looks at timers before it reads.
    await new Promise((resolve) => setImmediate(resolve));
    const waiting = withDeadline(answer, 5, new AbortController().signal, giveUp);
    port2.postMessage("answer");
    const begunMs = performance.now();
    while (performance.now() - begunMs < 20);
    await expect(waiting).resolves.toBe("answer");
    port1.close();
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
