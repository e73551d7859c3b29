import { describe, expect, it } from "vitest";
import { LatencyGuard } from "../../../../src/collect/keyspace/latency-guard.js";

/** A guard whose PINGs take these times, one after the other; null: no answer. */
function guardOf(tookMs: (number | null)[], busyShare = 0): LatencyGuard {
  let nowMs = 0;
  const left = [...tookMs];
  const guard = new LatencyGuard(5, {
    clock: {
      monotonicMs: () => nowMs,
      sleep: () => {
        if (left.length === 0) guard.end();
        return Promise.resolve();
      },
    },
    busyMs: () => nowMs * busyShare,
    ping: () => {
      const next = left.shift();
      if (next === null || next === undefined) return Promise.reject(new Error("no answer"));
      nowMs += next;
      return Promise.resolve();
    },
  });
  return guard;
}

/** An answer while this program had nothing to do. */
function note(guard: LatencyGuard, ms: number): void {
  guard.note({ elapsedMs: ms, certainMs: ms });
}

function noted(...tookMs: number[]): LatencyGuard {
  const guard = guardOf([]);
  note(guard, 1);
  for (const ms of tookMs) note(guard, ms);
  return guard;
}

describe("LatencyGuard", () => {
  it("does not wait for a second PING where the first got no answer", async () => {
    const guard = guardOf([null, 1, 1, 1, 1]);
    await guard.begin();
    expect(guard.baseMs).toBeNull();
  });

  it("takes the fastest PING before the scan for the server's own speed", async () => {
    const guard = guardOf([3, 1, 2, 4, 5]);
    await guard.begin();
    expect(guard.baseMs).toBe(1);
    expect(guard.addedMs).toBeNull();
  });

  it("does not hold one or two late answers against the server", () => {
    expect(noted(100, 100).takePauseMs()).toBe(0);
    expect(noted(100, 100, 2).takePauseMs()).toBe(0);
  });

  it("pauses when three answers in a row are later than allowed", () => {
    const guard = noted(7, 6.1, 9);
    expect(guard.takePauseMs()).toBe(50);
    expect(guard).toMatchObject({ slowdowns: 1 });
    expect(guard.addedMs).toBeCloseTo(5.1);
  });

  it("allows just as much as was asked for", () => {
    expect(noted(6, 6, 6).takePauseMs()).toBe(0);
  });

  it("judges by what came after it slowed down", () => {
    const guard = noted(9, 9, 9);
    expect(guard.takePauseMs()).toBe(50);
    expect(guard.takePauseMs()).toBe(0);
    note(guard, 9);
    note(guard, 9);
    expect(guard.takePauseMs()).toBe(0);
    note(guard, 9);
    expect(guard.takePauseMs()).toBe(100);
    expect(guard.slowdowns).toBe(2);
  });

  it("pauses for a second at most, and briefly again once the server had recovered", () => {
    const guard = noted();
    const pauses = Array.from({ length: 7 }, () => {
      for (let i = 0; i < 3; i++) note(guard, 50);
      return guard.takePauseMs();
    });
    expect(pauses).toEqual([50, 100, 200, 400, 800, 1_000, 1_000]);
    for (let i = 0; i < 3; i++) note(guard, 1);
    expect(guard.takePauseMs()).toBe(0);
    for (let i = 0; i < 3; i++) note(guard, 50);
    expect(guard.takePauseMs()).toBe(50);
  });

  it("takes off what this program itself was busy with", async () => {
    const guard = guardOf([1, 1, 1, 1, 1, 20, 20, 20], 0.9);
    await guard.begin();
    await guard.watch();
    expect(guard.addedMs).toBeCloseTo(1);
    expect(guard.takePauseMs()).toBe(0);
  });

  it("does not take a distant server for a near one that has become slow because it was busy itself while one answer came", () => {
    const guard = guardOf([]);
    note(guard, 51);
    guard.note({ elapsedMs: 52, certainMs: 20 });
    for (let i = 0; i < 3; i++) note(guard, 52);
    expect(guard.takePauseMs()).toBe(0);
    expect(guard.addedMs).toBeCloseTo(1);
  });

  it("knows nothing where nothing is answered", async () => {
    const guard = guardOf([null, null, null, null, null, null]);
    await guard.begin();
    await guard.watch();
    expect(guard).toMatchObject({ baseMs: null, addedMs: null, slowdowns: 0 });
    expect(guard.takePauseMs()).toBe(0);
  });
});
