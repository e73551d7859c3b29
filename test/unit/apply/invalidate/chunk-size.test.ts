import { describe, expect, it } from "vitest";
import { ChunkSize } from "../../../../src/apply/invalidate/chunk-size.js";

function afterChunks(chunk: ChunkSize, ms: number, chunks = 100): number {
  for (let i = 0; i < chunks; i++) chunk.took(ms, chunk.size);
  return chunk.size;
}

const tagged = (idleMs: number | null, owners = 1) => new ChunkSize(idleMs, "tagged", owners);

describe("ChunkSize", () => {
  it("begins with what nobody notices, and grows to what takes the server half of the way to it", () => {
    expect(tagged(1).size).toBe(25);
    expect(new ChunkSize(1, "plain", 1).size).toBe(66);
    expect(afterChunks(tagged(1), 1.1)).toBe(125);
    expect(afterChunks(new ChunkSize(1, "plain", 1), 1.1)).toBe(333);
    expect(afterChunks(tagged(10), 10.5)).toBe(512);
  });

  it("stays as it begins near a server, and where the way is not known, however quick the answers are", () => {
    expect(afterChunks(tagged(0.05), 0.05)).toBe(25);
    expect(afterChunks(tagged(0.2), 0.2)).toBe(25);
    expect(afterChunks(tagged(null), 0.1)).toBe(25);
  });

  it("is larger where several servers share it", () => {
    expect(afterChunks(tagged(0.05, 3), 0.06)).toBe(75);
    expect(afterChunks(tagged(1, 3), 1.1)).toBe(375);
  });

  it("lets the server be busy for no longer than the way to it takes", () => {
    expect(afterChunks(tagged(1), 1.3)).toBe(125);
    expect(afterChunks(tagged(1), 1.7)).toBe(25);
    expect(afterChunks(tagged(1), 2.1)).toBe(8);
  });

  it("is never stricter than what this program's own time would break", () => {
    expect(afterChunks(tagged(0.05), 0.19)).toBe(25);
    expect(afterChunks(tagged(0.05), 0.21)).toBe(8);
  });

  it("takes no more than 2 ms from others, however far the server is", () => {
    expect(afterChunks(tagged(50), 52.5)).toBe(8);
    expect(afterChunks(tagged(null), 2.5)).toBe(8);
  });

  it("does not take a small chunk for a quick one, and keeps the longest", () => {
    const chunk = tagged(1);
    chunk.took(1, 10);
    expect(chunk.size).toBe(25);
    chunk.took(7, 10);
    expect([chunk.size, chunk.longestMs]).toEqual([12, 7]);
  });
});
