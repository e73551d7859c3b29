import { describe, expect, it } from "vitest";
import { clusterBusLinkDown } from "../../../../src/analyze/rules/cluster-bus-link-down.js";
import { missing } from "../../../../src/model/fact.js";
import { changed, clusterOf, sixMembers, viewedBy } from "../../../support/cluster-views.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const others = clusterOf(sixMembers()).slice(1);

describe("cluster-bus-link-down", () => {
  it("reports who has no link to whom", () => {
    const deaf = viewedBy("p1", changed(sixMembers(), { r6: { linkState: "disconnected" } }));
    const { findings } = judge(clusterBusLinkDown, [deaf, ...others]);
    expect(findings).toMatchObject([{ priority: "medium", nodes: ["10.0.0.1:6379"] }]);
    expect(findings[0]?.evidence[0]?.fact).toBe("link-state of 10.0.0.6:6379 (r6000000)");
  });

  it("is healthy with all links up, and leaves failed members to their own rule", () => {
    expect(judge(clusterBusLinkDown, clusterOf(sixMembers())).outcome).toBe("healthy");
    const gone = changed(sixMembers(), { r6: { linkState: "disconnected", flags: ["slave", "fail"] } });
    expect(judge(clusterBusLinkDown, [viewedBy("p1", gone), ...others]).outcome).toBe("healthy");
  });

  it("cannot judge nodes that do not show their view", () => {
    const node = redisNode({ clusterView: missing("not-permitted", "NOPERM") });
    expect(judge(clusterBusLinkDown, node).outcome).toBe("cannot-judge");
  });
});
