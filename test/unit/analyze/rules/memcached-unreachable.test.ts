import { describe, expect, it } from "vitest";
import { memcachedUnreachable } from "../../../../src/analyze/rules/memcached-unreachable.js";
import { missing } from "../../../../src/model/fact.js";
import { memcachedNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const failed = (cause: string) =>
  memcachedNode({ reachability: { reachable: false, failure: { cause, message: "no answer", hint: "" } } });

describe("memcached-unreachable", () => {
  it("reports a lost server as critical, with the cause", () => {
    const { findings } = judge(memcachedUnreachable, failed("refused"));
    expect(findings).toMatchObject([{ priority: "critical", nodes: ["10.0.0.9:11211"] }]);
    expect(findings[0]?.evidence).toContainEqual(expect.objectContaining({ fact: "connection", value: "refused" }));
  });

  it("reports a server that answers version with an error", () => {
    const { findings } = judge(memcachedUnreachable, memcachedNode({ reachability: { pingError: "ERROR" } }));
    expect(findings).toMatchObject([{ priority: "critical", evidence: [{ fact: "version", value: "ERROR" }] }]);
  });

  it("finds an answering server healthy", () => {
    expect(judge(memcachedUnreachable, memcachedNode()).outcome).toBe("healthy");
  });

  it("cannot judge an interrupted run or an unknown outcome", () => {
    expect(judge(memcachedUnreachable, failed("aborted")).outcome).toBe("cannot-judge");
    const unknown = memcachedNode({ reachability: missing("not-permitted", "not asked") });
    expect(judge(memcachedUnreachable, unknown).outcome).toBe("cannot-judge");
  });
});
