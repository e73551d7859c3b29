import { describe, expect, it } from "vitest";
import { clusterMemberFailing } from "../../../../src/analyze/rules/cluster-member-failing.js";
import { missing } from "../../../../src/model/fact.js";
import type { ClusterViewNode } from "../../../../src/model/facts.js";
import { changed, clusterOf, sixMembers, viewedBy } from "../../../support/cluster-views.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

/** All but the named one see this. */
function withoutNode(name: string, changes: Record<string, Partial<ClusterViewNode>>) {
  const view = changed(sixMembers(), changes);
  return clusterOf(view).filter((_, index) => view[index]?.id.startsWith(name) === false);
}

describe("cluster-member-failing", () => {
  it("reports a failed primary with slots as critical", () => {
    const nodes = withoutNode("p1", { p1: { flags: ["master", "fail"] } });
    const { findings } = judge(clusterMemberFailing, nodes);
    expect(findings).toMatchObject([{ priority: "critical", nodes: ["10.0.0.1:6379"] }]);
    expect(findings[0]?.evidence).toContainEqual(expect.objectContaining({ fact: "nodes that miss it", value: 5 }));
  });

  it("reports a failed replica as medium, with the command that removes it", () => {
    const nodes = withoutNode("r6", { r6: { flags: ["slave", "fail"] } });
    const { findings } = judge(clusterMemberFailing, nodes, { name: "prod" });
    expect(findings).toMatchObject([{ priority: "medium", nodes: ["10.0.0.6:6379"] }]);
    expect(findings[0]?.commands).toEqual([{ kind: "shell", line: "cachectl cluster del-node -p prod 10.0.0.6:6379" }]);
  });

  it.each([
    ["p1", "master", "high"],
    ["r6", "slave", "medium"],
  ])("reports %s, suspected by one node, as %s: %s", (name, role, priority) => {
    const nodes = [
      viewedBy("p2", changed(sixMembers(), { [name]: { flags: [role, "fail?"] } })),
      viewedBy("p3", sixMembers()),
    ];
    expect(judge(clusterMemberFailing, nodes).findings).toMatchObject([{ priority }]);
  });

  it("is healthy with all members alive, and does not take nofailover for fail", () => {
    expect(judge(clusterMemberFailing, clusterOf(sixMembers())).outcome).toBe("healthy");
    const view = changed(sixMembers(), { r6: { flags: ["slave", "nofailover"] } });
    expect(judge(clusterMemberFailing, clusterOf(view)).outcome).toBe("healthy");
  });

  it("cannot judge nodes that do not show their view", () => {
    const node = redisNode({ clusterView: missing("not-permitted", "NOPERM") });
    expect(judge(clusterMemberFailing, node).outcome).toBe("cannot-judge");
  });
});
