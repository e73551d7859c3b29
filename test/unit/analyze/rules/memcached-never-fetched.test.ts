import { describe, expect, it } from "vitest";
import { memcachedNeverFetched } from "../../../../src/analyze/rules/memcached-never-fetched.js";
import { missing } from "../../../../src/model/fact.js";
import { exactly, judgeKeyspace, keyGroup } from "../../../support/judge-keyspace.js";

const unread = (neverFetchedPercent: number | null, p50 = 600, items = 10_000) => ({
  keyTotals: { keys: exactly(items) },
  keyGroups: { groups: [keyGroup({ pattern: "feed:*", neverFetchedPercent: 90 })] },
  itemClasses: { neverFetchedPercent, ageSeconds: { p10: 0, p50, p90: p50, max: p50 } },
});

describe("memcached-never-fetched", () => {
  it("reports more than half of the items, and the groups they are in", () => {
    const [finding] = judgeKeyspace(memcachedNeverFetched, unread(50.1)).findings;
    expect(finding).toMatchObject({ priority: "low" });
    expect(finding?.evidence).toContainEqual(expect.objectContaining({ fact: "never fetched", value: 50.1 }));
    expect(finding?.evidence).toContainEqual(expect.objectContaining({ fact: "feed:* never fetched", value: 90 }));
  });

  it("finds half, items of the last minutes, and few items, healthy", () => {
    expect(judgeKeyspace(memcachedNeverFetched, unread(50)).outcome).toBe("healthy");
    expect(judgeKeyspace(memcachedNeverFetched, unread(99, 599)).outcome).toBe("healthy");
    expect(judgeKeyspace(memcachedNeverFetched, unread(99, 600, 9_999)).outcome).toBe("healthy");
  });

  it("cannot judge without the dump's word", () => {
    expect(judgeKeyspace(memcachedNeverFetched, unread(null)).outcome).toBe("cannot-judge");
    const refused = { itemClasses: missing("not-permitted", "metadump is not allowed (-X)") };
    expect(judgeKeyspace(memcachedNeverFetched, refused)).toMatchObject({ outcome: "cannot-judge", findings: [] });
  });
});
