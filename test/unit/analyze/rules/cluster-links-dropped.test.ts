import { describe, expect, it } from "vitest";
import { clusterLinksDropped } from "../../../../src/analyze/rules/cluster-links-dropped.js";
import { missing } from "../../../../src/model/fact.js";
import { redisNode, type Overrides } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";
import { without } from "../../../support/without.js";

const dropped = (count: number, over: Overrides = {}) =>
  redisNode({
    config: { "cluster-link-sendbuf-limit": "1000000" },
    ...over,
    window: { counters: { total_cluster_links_buffer_limit_exceeded: count }, ...over.window },
  });

/** A server that does not show the counter. */
function silent(version: string) {
  const node = redisNode({
    server: { product: "redis", version },
    window: { counters: without("total_cluster_links_buffer_limit_exceeded") },
  });
  return node;
}

describe("cluster-links-dropped", () => {
  it("reports one dropped link as medium and doubles the limit", () => {
    const { findings } = judge(clusterLinksDropped, dropped(1));
    expect(findings).toMatchObject([{ priority: "medium" }]);
    expect(findings[0]?.evidence).toContainEqual(
      expect.objectContaining({ fact: "total_cluster_links_buffer_limit_exceeded", value: 1 }),
    );
    expect(findings[0]?.commands).toContainEqual(
      expect.objectContaining({ argv: ["CONFIG", "SET", "cluster-link-sendbuf-limit", "2000000"] }),
    );
  });

  it("does not guess a limit that it cannot see", () => {
    const node = dropped(1, { config: missing("not-permitted", "CONFIG is not permitted") });
    expect(judge(clusterLinksDropped, node).findings[0]?.commands).toMatchObject([{ argv: ["CLUSTER", "LINKS"] }]);
  });

  it("is history, and so information, since start", () => {
    const node = dropped(5, {
      window: { basis: "since-start", counters: { total_cluster_links_buffer_limit_exceeded: 5 } },
    });
    expect(judge(clusterLinksDropped, node).findings).toMatchObject([{ priority: "info" }]);
  });

  it("finds no dropped link healthy", () => {
    expect(judge(clusterLinksDropped, dropped(0)).outcome).toBe("healthy");
  });

  it("does not apply before 7.0 and outside a cluster", () => {
    expect(judge(clusterLinksDropped, silent("6.0.16")).outcome).toBe("not-applicable");
    const standalone = dropped(0, { clusterInfo: missing("not-supported", "not a cluster") });
    expect(judge(clusterLinksDropped, standalone).outcome).toBe("not-applicable");
  });

  it("cannot judge where a newer server hides the counter or CLUSTER INFO is refused", () => {
    expect(judge(clusterLinksDropped, silent("7.0.15")).outcome).toBe("cannot-judge");
    const denied = dropped(0, { clusterInfo: missing("not-permitted", "CLUSTER is not permitted") });
    expect(judge(clusterLinksDropped, denied).outcome).toBe("cannot-judge");
  });
});
