import { describe, expect, it } from "vitest";
import { slowlogOff } from "../../../../src/analyze/rules/slowlog-off.js";
import { missing } from "../../../../src/model/fact.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

describe("slowlog-off", () => {
  it("reports a negative slowlog-log-slower-than and the command that enables it", () => {
    const { findings } = judge(slowlogOff, redisNode({ config: { "slowlog-log-slower-than": "-1" } }));
    expect(findings).toMatchObject([
      { priority: "info", commands: [{ argv: ["CONFIG", "SET", "slowlog-log-slower-than", "10000"] }] },
    ]);
    expect(findings[0]?.evidence).toContainEqual(
      expect.objectContaining({ fact: "slowlog-log-slower-than", value: -1 }),
    );
  });

  it("reports a slow log of length 0 and the command that enables it", () => {
    expect(judge(slowlogOff, redisNode({ config: { "slowlog-max-len": "0" } })).findings).toMatchObject([
      { priority: "info", commands: [{ argv: ["CONFIG", "SET", "slowlog-max-len", "128"] }] },
    ]);
  });

  it.each([{ "slowlog-log-slower-than": "0" }, { "slowlog-max-len": "1" }, {}])("finds %o healthy", (config) => {
    expect(judge(slowlogOff, redisNode({ config })).outcome).toBe("healthy");
  });

  it("cannot judge when CONFIG does not show its settings", () => {
    expect(judge(slowlogOff, redisNode({ config: { "slowlog-log-slower-than": "" } })).outcome).toBe("cannot-judge");
  });

  it("cannot judge without CONFIG", () => {
    const node = redisNode({ config: missing("not-permitted", "CONFIG is not permitted") });
    expect(judge(slowlogOff, node)).toMatchObject({ outcome: "cannot-judge", reason: "CONFIG is not permitted" });
  });
});
