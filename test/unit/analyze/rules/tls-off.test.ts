import { describe, expect, it } from "vitest";
import { tlsOff } from "../../../../src/analyze/rules/tls-off.js";
import { missing } from "../../../../src/model/fact.js";
import type { ConfigFacts } from "../../../../src/model/facts.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";
import { without } from "../../../support/without.js";

const server = (config: ConfigFacts) => judge(tlsOff, redisNode({ config }));

describe("tls-off", () => {
  it("reports a public bind without a TLS port as low", () => {
    const { findings } = server({ bind: "10.0.0.5" });
    expect(findings).toMatchObject([{ priority: "low" }]);
    expect(findings[0]?.evidence).toContainEqual(expect.objectContaining({ fact: "tls-port", value: "0" }));
  });

  it("finds loopback, a TLS port and a unix socket healthy", () => {
    expect(server({}).outcome).toBe("healthy");
    expect(server({ bind: "10.0.0.5", "tls-port": "6380" }).outcome).toBe("healthy");
    expect(server({ bind: "10.0.0.5", port: "0" }).outcome).toBe("healthy");
  });

  it("cannot judge what CONFIG hides or refuses", () => {
    expect(server({ bind: "10.0.0.5", ...without("bind") }).outcome).toBe("cannot-judge");
    expect(server({ bind: "10.0.0.5", ...without("tls-port") }).outcome).toBe("cannot-judge");
    const denied = redisNode({ config: missing("not-permitted", "CONFIG is not permitted") });
    expect(judge(tlsOff, denied).outcome).toBe("cannot-judge");
  });
});
