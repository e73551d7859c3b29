import { describe, expect, it } from "vitest";
import { loading } from "../../../../src/analyze/rules/loading.js";
import { missing } from "../../../../src/model/fact.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

describe("loading", () => {
  it("reports a server that reads its dataset, with the time left", () => {
    const facts = { loading: true, asyncLoading: false, etaSeconds: 42, loadedPercent: 60 };
    const [finding] = judge(loading, redisNode({ loading: facts })).findings;
    expect(finding).toMatchObject({ priority: "high" });
    expect(finding?.evidence).toContainEqual(expect.objectContaining({ fact: "loading_eta_seconds", value: 42 }));
  });

  it("tells an asynchronous load apart, during which the old data is served", () => {
    const [finding] = judge(loading, redisNode({ loading: { asyncLoading: true } })).findings;
    expect(finding).toMatchObject({ priority: "high" });
    expect(finding?.issue).toContain("still serves the old one");
    expect(finding?.evidence).toContainEqual(expect.objectContaining({ fact: "async_loading", value: 1 }));
  });

  it("finds a loaded server healthy", () => {
    expect(judge(loading, redisNode()).outcome).toBe("healthy");
  });

  it("cannot judge without loading", () => {
    const verdict = judge(loading, redisNode({ loading: missing("not-permitted", "INFO is not permitted") }));
    expect(verdict).toMatchObject({ outcome: "cannot-judge", reason: "INFO is not permitted", findings: [] });
  });
});
