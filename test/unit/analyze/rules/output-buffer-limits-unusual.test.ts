import { describe, expect, it } from "vitest";
import { outputBufferLimitsUnusual } from "../../../../src/analyze/rules/output-buffer-limits-unusual.js";
import { missing } from "../../../../src/model/fact.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";
import { without } from "../../../support/without.js";

const usual = "normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60";
const limits = (text: string) => redisNode({ config: { "client-output-buffer-limit": text } });

describe("output-buffer-limits-unusual", () => {
  it("mentions the class that differs, with the default as the remedy", () => {
    const [finding] = judge(outputBufferLimitsUnusual, limits(usual.replace("33554432", "1"))).findings;
    expect(finding).toMatchObject({
      priority: "info",
      commands: [{ argv: ["CONFIG", "SET", "client-output-buffer-limit", usual] }],
    });
    expect(finding?.evidence).toMatchObject([{ fact: "client-output-buffer-limit pubsub", value: "1 8388608 60" }]);
  });

  it.each([
    ["the trailing blank of Redis 6.0", `${usual} `],
    ["the newer name of the replicas' class", usual.replace("slave", "replica")],
  ])("finds the defaults with %s healthy", (_, text) => {
    expect(judge(outputBufferLimitsUnusual, limits(text)).outcome).toBe("healthy");
  });

  it.each(["", "normal 0 0", "normal 0 0 0"])("cannot judge the text %j", (text) => {
    expect(judge(outputBufferLimitsUnusual, limits(text)).outcome).toBe("cannot-judge");
  });

  it("cannot judge when CONFIG does not show the limits", () => {
    const config = without("client-output-buffer-limit");
    expect(judge(outputBufferLimitsUnusual, redisNode({ config })).outcome).toBe("cannot-judge");
  });

  it("cannot judge without config", () => {
    const verdict = judge(
      outputBufferLimitsUnusual,
      redisNode({ config: missing("not-permitted", "CONFIG GET is not permitted") }),
    );
    expect(verdict).toMatchObject({ outcome: "cannot-judge", reason: "CONFIG GET is not permitted", findings: [] });
  });
});
