import { describe, expect, it } from "vitest";
import { sentinelMasterauthMissing } from "../../../../src/analyze/rules/sentinel-masterauth-missing.js";
import { missing } from "../../../../src/model/fact.js";
import { judge } from "../../../support/judge.js";
import type { LiteralSentinel } from "../../../support/literal-sentinels.js";
import { literalGroup } from "../../../support/literal-sentinels.js";

describe("sentinel-masterauth-missing", () => {
  it("reports a master without masterauth whose replica asks for a password", () => {
    const group = literalGroup();
    group.change(0, { config: { masterauth: "" } });
    const { findings } = judge(sentinelMasterauthMissing, group.nodes());
    expect(findings).toMatchObject([{ priority: "high" }]);
    expect(findings[0]?.nodes).toEqual(["10.0.0.1:6379"]);
    expect(JSON.stringify(findings[0]?.commands)).toContain("-x CONFIG SET masterauth");
  });

  it("has nothing to say where nobody asks for a password", () => {
    const group = literalGroup();
    for (const server of [0, 1]) group.change(server, { config: { requirepass: "", masterauth: "" } });
    expect(judge(sentinelMasterauthMissing, group.nodes()).outcome).toBe("healthy");
  });

  it("finds a healthy group healthy", () => {
    expect(judge(sentinelMasterauthMissing, literalGroup().nodes()).outcome).toBe("healthy");
    expect(judge(sentinelMasterauthMissing, literalGroup({ sentinels: 5, replicas: 2 }).nodes()).outcome).toBe(
      "healthy",
    );
  });

  it("cannot judge settings that a login may not see", () => {
    const group = literalGroup();
    group.change(1, { config: missing("not-permitted", "NOPERM") });
    expect(judge(sentinelMasterauthMissing, group.nodes()).outcome).toBe("cannot-judge");
  });

  it("cannot judge what a sentinel that did not answer would have said", () => {
    const group = literalGroup();
    (group.sentinels[2] as LiteralSentinel).silent = true;
    const { judgements } = judge(sentinelMasterauthMissing, group.nodes());
    expect(judgements).toContainEqual(expect.objectContaining({ outcome: "cannot-judge" }));
  });
});
