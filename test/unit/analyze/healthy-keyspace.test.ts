import { describe, expect, it } from "vitest";
import { allRules } from "../../../src/analyze/rules/index.js";
import { runRules } from "../../../src/analyze/run-rules.js";
import type { DataRole } from "../../../src/model/node.js";
import { memcachedNode, redisNode } from "../../support/facts.js";
import { exactly, hotKeysOf, keyGroup, nodeScan, observedKeyspace, wasteItem } from "../../support/judge-keyspace.js";

const keyspaceRules = allRules.filter(({ scope }) => scope === "keyspace");

const roles: (DataRole | null)[] = ["cache", "session", "store", "queue", null];

describe("an ordinary keyspace", () => {
  it.each(roles)("with the role %s gives no finding above info", (role) => {
    const waste = {
      items: [wasteItem("json-strings"), wasteItem("compressible-values"), wasteItem("tiny-strings")],
      unknown: [],
    };
    const hotKeys = hotKeysOf({ "config:flags": 12 });
    const observation = observedKeyspace({ waste, hotKeys }, { target: { role }, nodes: [redisNode()] });
    const { findings, judgements } = runRules(observation, keyspaceRules);
    expect(findings.filter(({ priority }) => priority !== "info")).toEqual([]);
    expect(judgements.filter(({ outcome }) => outcome === "cannot-judge")).toEqual([]);
  });

  it("of Memcached gives no finding", () => {
    const nodes = [memcachedNode()];
    const scan = { nodes: [nodeScan({ node: "10.0.0.9:11211", role: "server" })] };
    const observation = observedKeyspace({ scan }, { target: { kind: "memcached", role: "cache" }, nodes });
    expect(runRules(observation, keyspaceRules).findings).toEqual([]);
  });

  it("that is empty gives no finding", () => {
    const empty = observedKeyspace(
      {
        keyTotals: { keys: exactly(0), bytes: exactly(0), byType: {} },
        largestKeys: { overall: [], byType: {} },
        longestKeys: { overall: [], byType: {} },
        keyGroups: { groups: [] },
        ttls: { withTtl: exactly(0), withTtlBytes: exactly(0), cliffs: [], distribution: [] },
        skew: { nodes: [{ node: "10.0.0.5:6379", keys: exactly(0), bytes: exactly(0), slots: null }] },
        hotKeys: { keys: [] },
        itemClasses: { classes: [], neverFetchedPercent: null, ageSeconds: null },
      },
      { target: { role: "cache" } },
    );
    const { findings, judgements } = runRules(empty, keyspaceRules);
    expect(findings).toEqual([]);
    expect(judgements.filter(({ outcome }) => outcome === "cannot-judge")).toEqual([]);
  });

  it("is not judged by analyze, which reads no keys", () => {
    const { targets, ...observation } = observedKeyspace({ keyGroups: { groups: [keyGroup({})] } }, {});
    const unread = targets.map(({ target, nodes, discoveryGaps }) => ({ target, nodes, discoveryGaps }));
    expect(runRules({ ...observation, targets: unread }, keyspaceRules).judgements).toEqual([]);
  });
});
