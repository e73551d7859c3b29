import { describe, expect, it } from "vitest";
import { debugOrModuleCommandsEnabled } from "../../../../src/analyze/rules/debug-or-module-commands-enabled.js";
import { missing } from "../../../../src/model/fact.js";
import type { ConfigFacts } from "../../../../src/model/facts.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";
import { without } from "../../../support/without.js";

const server = (config: ConfigFacts) => judge(debugOrModuleCommandsEnabled, redisNode({ config }));

function hiding(version: string) {
  const config = without("enable-debug-command");
  return judge(debugOrModuleCommandsEnabled, redisNode({ server: { product: "redis", version }, config }));
}

describe("debug-or-module-commands-enabled", () => {
  it.each([
    ["enable-debug-command", "yes"],
    ["enable-debug-command", "local"],
    ["enable-module-command", "yes"],
    ["enable-protected-configs", "local"],
  ])("reports %s %s as medium", (name, value) => {
    expect(server({ [name]: value }).findings).toMatchObject([
      { priority: "medium", evidence: [{ fact: name, value }] },
    ]);
  });

  it("finds all three off healthy", () => {
    expect(server({}).outcome).toBe("healthy");
  });

  it("does not apply before 7.0, and cannot judge a newer server that hides a switch", () => {
    expect(hiding("6.0.16").outcome).toBe("not-applicable");
    expect(hiding("7.0.15").outcome).toBe("cannot-judge");
  });

  it("cannot judge without CONFIG", () => {
    const denied = redisNode({ config: missing("not-permitted", "CONFIG is not permitted") });
    expect(judge(debugOrModuleCommandsEnabled, denied).outcome).toBe("cannot-judge");
  });
});
