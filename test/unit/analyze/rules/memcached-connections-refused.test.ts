import { describe, expect, it } from "vitest";
import { memcachedConnectionsRefused } from "../../../../src/analyze/rules/memcached-connections-refused.js";
import { missing } from "../../../../src/model/fact.js";
import { memcachedNode, type Overrides } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";
import { without } from "../../../support/without.js";

const server = (counters: Record<string, number>, over: Overrides = {}) =>
  judge(memcachedConnectionsRefused, memcachedNode({ memcachedWindow: { counters }, ...over }));

describe("memcached-connections-refused", () => {
  it.each([["rejected_connections"], ["listen_disabled_num"]])("reports one more %s as high", (counter) => {
    const { findings } = server({ [counter]: 1 });
    expect(findings).toMatchObject([{ priority: "high" }]);
    expect(findings[0]?.evidence).toContainEqual(expect.objectContaining({ fact: counter, value: 1 }));
  });

  it("reports a server that does not accept now as critical, on any basis", () => {
    const stopped = { memcachedStats: { numbers: { accepting_conns: 0 } } };
    expect(server({}, stopped).findings).toMatchObject([
      { priority: "critical", evidence: [{ fact: "accepting_conns", value: 0 }] },
    ]);
  });

  it("is history, and so information, since start", () => {
    const since = { memcachedWindow: { basis: "since-start" as const, counters: { rejected_connections: 9 } } };
    expect(server({}, since).findings).toMatchObject([{ priority: "info" }]);
  });

  it("finds a server that refuses nobody healthy", () => {
    expect(server({}).outcome).toBe("healthy");
  });

  it("needs no count of rejections from a server that lets clients wait instead", () => {
    const waiting = (listen_disabled_num: number) =>
      judge(
        memcachedConnectionsRefused,
        memcachedNode({
          memcachedSettings: { maxconns_fast: "no" },
          memcachedWindow: { counters: { ...without("rejected_connections"), listen_disabled_num } },
        }),
      );
    expect(waiting(0).outcome).toBe("healthy");
    expect(waiting(1).findings).toMatchObject([{ priority: "high" }]);
  });

  it("cannot judge without the counters or without stats", () => {
    const node = memcachedNode({ memcachedWindow: { counters: without("rejected_connections") } });
    expect(judge(memcachedConnectionsRefused, node).outcome).toBe("cannot-judge");
    const denied = memcachedNode({ memcachedStats: missing("not-permitted", "stats is not permitted") });
    expect(judge(memcachedConnectionsRefused, denied).outcome).toBe("cannot-judge");
  });
});
