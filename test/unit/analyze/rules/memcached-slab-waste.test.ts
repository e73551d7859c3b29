import { describe, expect, it } from "vitest";
import { memcachedSlabWaste } from "../../../../src/analyze/rules/memcached-slab-waste.js";
import { missing } from "../../../../src/model/fact.js";
import type { MemcachedItemsFacts } from "../../../../src/model/facts.js";
import { memcachedNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const mebibyte = 2 ** 20;

/** One class of 1 MiB chunks under a limit of 100 MiB; sizes in MiB. */
function slabs(total: number, used: number, requested: number, limit = 100) {
  const node = memcachedNode({ memcachedStats: { numbers: { limit_maxbytes: limit * mebibyte } } });
  node.facts.memcachedSlabs = {
    ok: true,
    value: {
      classes: {
        "42": {
          chunk_size: mebibyte,
          total_chunks: total,
          used_chunks: used,
          mem_requested: Math.round(requested * mebibyte),
        },
      },
      activeSlabs: 1,
      totalMallocedBytes: total * mebibyte,
    },
  };
  return node;
}

/** As 1.6 shows it: `mem_requested` is in `stats items`. */
function modern(used: number, items: MemcachedItemsFacts) {
  const node = slabs(80, used, 0);
  if (node.facts.memcachedSlabs?.ok) delete node.facts.memcachedSlabs.value.classes["42"]?.["mem_requested"];
  node.facts.memcachedItems = { ok: true, value: items };
  return node;
}

describe("memcached-slab-waste", () => {
  it("reports more than 20 % lost inside used chunks as medium", () => {
    const { findings } = judge(memcachedSlabWaste, slabs(80, 80, 59));
    expect(findings).toMatchObject([{ priority: "medium" }]);
    expect(findings[0]?.evidence).toContainEqual(expect.objectContaining({ fact: "waste", value: 21 }));
  });

  it("reports more than 20 % in free chunks as low", () => {
    expect(judge(memcachedSlabWaste, slabs(80, 59, 59)).findings).toMatchObject([{ priority: "low" }]);
  });

  it("finds 20 % healthy", () => {
    expect(judge(memcachedSlabWaste, slabs(80, 80, 60)).outcome).toBe("healthy");
  });

  it("needs more than 10 MiB, so that half-empty pages of a small cache do not alarm", () => {
    expect(judge(memcachedSlabWaste, slabs(20, 20, 10, 20)).outcome).toBe("healthy");
    expect(judge(memcachedSlabWaste, slabs(20, 20, 9.9, 20)).findings).toHaveLength(1);
  });

  it("takes mem_requested from stats items where stats slabs has none", () => {
    const requested = (mib: number) => ({ "42": { mem_requested: mib * mebibyte } });
    expect(judge(memcachedSlabWaste, modern(80, requested(59))).findings).toMatchObject([{ priority: "medium" }]);
    expect(judge(memcachedSlabWaste, modern(80, requested(70))).outcome).toBe("healthy");
    expect(judge(memcachedSlabWaste, modern(0, {})).findings).toMatchObject([{ priority: "low" }]);
  });

  it("does not apply without a limit", () => {
    expect(judge(memcachedSlabWaste, slabs(80, 80, 59, 0)).outcome).toBe("not-applicable");
  });

  it("cannot judge without mem_requested anywhere, without the limit, or without stats slabs", () => {
    expect(judge(memcachedSlabWaste, modern(80, {})).outcome).toBe("cannot-judge");
    const noLimit = slabs(80, 80, 59);
    if (noLimit.facts.memcachedStats?.ok) delete noLimit.facts.memcachedStats.value.numbers["limit_maxbytes"];
    expect(judge(memcachedSlabWaste, noLimit).outcome).toBe("cannot-judge");
    const denied = memcachedNode({ memcachedSlabs: missing("not-permitted", "stats is not permitted") });
    expect(judge(memcachedSlabWaste, denied).outcome).toBe("cannot-judge");
  });
});
