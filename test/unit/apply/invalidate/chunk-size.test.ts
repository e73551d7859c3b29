import { describe, expect, it } from "vitest";
import { ChunkSize } from "../../../../src/apply/invalidate/chunk-size.js";

function afterChunks(chunk: ChunkSize, ms: number, chunks = 100): number {
  for (let i = 0; i < chunks; i++) chunk.took(ms, chunk.size);
  return chunk.size;
}

describe("ChunkSize", () => {
  it("lets the server be busy for as long as the way to it takes", () => {
    expect(afterChunks(new ChunkSize(10), 10.5)).toBe(512);
    expect(afterChunks(new ChunkSize(1), 1.3)).toBe(512);
    expect(afterChunks(new ChunkSize(1), 1.7)).toBe(32);
    expect(afterChunks(new ChunkSize(1), 2.1)).toBe(8);
  });

  it("is never stricter than what this program's own time would break", () => {
    expect(afterChunks(new ChunkSize(0.05), 0.17)).toBe(32);
    expect(afterChunks(new ChunkSize(0.05), 0.1)).toBe(512);
  });

  it("takes no more than 2 ms from others, however far the server is", () => {
    expect(afterChunks(new ChunkSize(50), 52.5)).toBe(8);
    expect(afterChunks(new ChunkSize(null), 2.5)).toBe(8);
    expect(afterChunks(new ChunkSize(null), 0.9)).toBe(512);
  });

  it("does not take a small chunk for a quick one, and keeps the longest", () => {
    const chunk = new ChunkSize(1);
    chunk.took(1, 10);
    expect(chunk.size).toBe(32);
    chunk.took(7, 10);
    expect([chunk.size, chunk.longestMs]).toEqual([16, 7]);
  });
});
