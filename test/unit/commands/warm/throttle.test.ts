import { describe, expect, it } from "vitest";
import { Throttle } from "../../../../src/commands/warm/throttle.js";

const unlimited = { itemsPerSecond: null, bytesPerSecond: null, maxLatencyMs: 10_000 };
const clock = { now: () => 0, monotonicMs: () => 0, sleep: () => Promise.resolve() };

/** A server with room for `maxBytes`, which answers a look before what was under way then lands. */
class LateServer {
  usedBytes = 0;
  readonly #underWay: { bytes: number; land: () => void }[] = [];

  constructor(private readonly maxBytes: number) {}

  send(bytes: number, landed: () => void): void {
    const land = () => {
      this.usedBytes += bytes;
      landed();
    };
    this.#underWay.push({ bytes, land });
  }

  look() {
    const seen = { address: "a", limitName: "maxmemory" as const, maxBytes: this.maxBytes, usedBytes: this.usedBytes };
    for (const { land } of this.#underWay.splice(0)) land();
    return Promise.resolve([{ ...seen, evictions: 0, hits: 0, misses: 0 }]);
  }
}

describe("the room that a portion is admitted to", () => {
  it("is never run over, though every look misses what lands while it is made", async () => {
    const server = new LateServer(2_500);
    const watch = { look: () => server.look(), ping: () => Promise.resolve() };
    const options = { ...unlimited, memoryMark: 1 };
    const throttle = new Throttle(options, clock, watch, () => [], new AbortController().signal);
    expect(await throttle.begin()).toBeNull();
    const portion = { items: 1, bytes: 1_000, memoryBytes: 1_000 };
    let admitted = 0;
    let stop = await throttle.admit(portion);
    for (; stop === null && admitted < 10; stop = await throttle.admit(portion)) {
      admitted++;
      server.send(1_000, () => throttle.landed(portion));
    }
    expect(stop).toMatchObject({ kind: "target-full" });
    expect([admitted, server.usedBytes]).toEqual([2, 2_000]);
  });
});
