import { describe, expect, it } from "vitest";
import { memcachedItemTooLarge } from "../../../../src/analyze/rules/memcached-item-too-large.js";
import { missing } from "../../../../src/model/fact.js";
import { memcachedNode, type Overrides } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";
import { without } from "../../../support/without.js";

const refused = (count: number, over: Overrides = {}) =>
  judge(memcachedItemTooLarge, memcachedNode({ memcachedWindow: { counters: { store_too_large: count } }, ...over }));

describe("memcached-item-too-large", () => {
  it("reports one refused item as info, with the limit", () => {
    const { findings } = refused(1);
    expect(findings).toMatchObject([{ priority: "info" }]);
    expect(findings[0]?.evidence).toContainEqual(expect.objectContaining({ fact: "store_too_large", value: 1 }));
    expect(findings[0]?.evidence).toContainEqual(expect.objectContaining({ fact: "item_size_max", value: 1_048_576 }));
  });

  it("leaves the limit out when it cannot see it", () => {
    const { findings } = refused(1, { memcachedSettings: missing("failed", "timed out") });
    expect(findings[0]?.evidence.map(({ fact }) => fact)).not.toContain("item_size_max");
  });

  it("finds no refused item healthy", () => {
    expect(refused(0).outcome).toBe("healthy");
  });

  it("does not apply to versions without the counter", () => {
    const node = memcachedNode({ memcachedWindow: { counters: without("store_too_large") } });
    expect(judge(memcachedItemTooLarge, node).outcome).toBe("not-applicable");
  });

  it("cannot judge without stats", () => {
    const denied = memcachedNode({ memcachedWindow: missing("not-permitted", "stats is not permitted") });
    expect(judge(memcachedItemTooLarge, denied).outcome).toBe("cannot-judge");
  });
});
