import { describe, expect, it } from "vitest";
import { rssOverhead } from "../../../../src/analyze/rules/rss-overhead.js";
import { missing } from "../../../../src/model/fact.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const mebibyte = 2 ** 20;

describe("rss-overhead", () => {
  it("mentions pages that the allocator keeps", () => {
    const memory = { allocatorRssRatio: 1.11, allocatorRssBytes: 10 * mebibyte + 1 };
    const [finding] = judge(rssOverhead, redisNode({ memory })).findings;
    expect(finding).toMatchObject({ priority: "info", commands: [{ argv: ["MEMORY", "PURGE"] }] });
    expect(finding?.evidence).toContainEqual(expect.objectContaining({ fact: "allocator_rss_ratio", value: 1.11 }));
  });

  it("mentions memory outside the allocator", () => {
    const memory = { rssOverheadRatio: 1.11, rssOverheadBytes: 10 * mebibyte + 1 };
    const [finding] = judge(rssOverhead, redisNode({ memory })).findings;
    expect(finding).toMatchObject({ priority: "info", commands: [{ argv: ["MODULE", "LIST"] }] });
    expect(finding?.evidence).toContainEqual(expect.objectContaining({ fact: "rss_overhead_ratio", value: 1.11 }));
  });

  it("mentions both apart, since only one of them can be mended", () => {
    const bytes = 20 * mebibyte;
    const memory = { allocatorRssRatio: 2, allocatorRssBytes: bytes, rssOverheadRatio: 2, rssOverheadBytes: bytes };
    expect(judge(rssOverhead, redisNode({ memory })).findings).toHaveLength(2);
  });

  it.each([
    { allocatorRssRatio: 1.1, allocatorRssBytes: 100 * mebibyte },
    { allocatorRssRatio: 5, allocatorRssBytes: 10 * mebibyte },
    { rssOverheadRatio: 1.1, rssOverheadBytes: 100 * mebibyte },
    { rssOverheadRatio: 5, rssOverheadBytes: 10 * mebibyte },
    { usedBytes: 5 * mebibyte - 1, rssOverheadRatio: 5, rssOverheadBytes: 100 * mebibyte },
  ])("finds %o healthy", (memory) => {
    expect(judge(rssOverhead, redisNode({ memory })).outcome).toBe("healthy");
  });

  it("cannot judge when a ratio is not reported", () => {
    expect(judge(rssOverhead, redisNode({ memory: { allocatorRssRatio: null } })).outcome).toBe("cannot-judge");
  });

  it("cannot judge when used_memory is not reported", () => {
    expect(judge(rssOverhead, redisNode({ memory: { usedBytes: null } })).outcome).toBe("cannot-judge");
  });

  it("cannot judge without memory", () => {
    const verdict = judge(rssOverhead, redisNode({ memory: missing("not-permitted", "INFO is not permitted") }));
    expect(verdict).toMatchObject({ outcome: "cannot-judge", reason: "INFO is not permitted", findings: [] });
  });
});
