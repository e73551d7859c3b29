import { describe, expect, it } from "vitest";
import { aofFsyncAlways } from "../../../../src/analyze/rules/aof-fsync-always.js";
import { known, missing } from "../../../../src/model/fact.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

describe("aof-fsync-always", () => {
  it("reports appendfsync always and the command that relaxes it", () => {
    const { findings } = judge(aofFsyncAlways, redisNode({ config: { appendonly: "yes", appendfsync: "always" } }));
    expect(findings).toMatchObject([
      {
        priority: "info",
        evidence: [{ fact: "appendfsync", value: "always" }],
        commands: [{ argv: ["CONFIG", "SET", "appendfsync", "everysec"] }],
      },
    ]);
  });

  it.each(["everysec", "no"])("finds appendfsync %s healthy", (appendfsync) => {
    expect(judge(aofFsyncAlways, redisNode({ config: { appendonly: "yes", appendfsync } })).outcome).toBe("healthy");
  });

  it("does not apply without AOF", () => {
    expect(judge(aofFsyncAlways, redisNode({ config: { appendfsync: "always" } })).outcome).toBe("not-applicable");
  });

  it("cannot judge when CONFIG shows neither setting", () => {
    const node = redisNode();
    node.facts.config = known({});
    expect(judge(aofFsyncAlways, node).outcome).toBe("cannot-judge");
  });

  it("cannot judge without CONFIG", () => {
    const node = redisNode({ config: missing("not-permitted", "CONFIG is not permitted") });
    expect(judge(aofFsyncAlways, node)).toMatchObject({ outcome: "cannot-judge", reason: "CONFIG is not permitted" });
  });
});
