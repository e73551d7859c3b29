import { describe, expect, it } from "vitest";
import { memcachedSettings } from "../../../../src/analyze/rules/memcached-settings.js";
import { missing } from "../../../../src/model/fact.js";
import type { MemcachedSettingsFacts } from "../../../../src/model/facts.js";
import { memcachedNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";
import { without } from "../../../support/without.js";

const server = (settings: MemcachedSettingsFacts) =>
  judge(memcachedSettings, memcachedNode({ memcachedSettings: settings }));

const secured = { inter: "NULL", auth_enabled_sasl: "yes", ssl_enabled: "yes" };

describe("memcached-settings", () => {
  it.each([
    ["lru_maintainer_thread", "no", "medium"],
    ["lru_crawler", "no", "medium"],
    ["evictions", "off", "medium"],
    ["udpport", "11211", "low"],
  ])("reports %s %s as %s", (name, value, priority) => {
    const { findings } = server({ [name]: value });
    expect(findings).toMatchObject([{ priority }]);
    expect(findings[0]?.evidence).toContainEqual(expect.objectContaining({ fact: name, value }));
  });

  it("turns the LRU crawler on with a command", () => {
    expect(server({ lru_crawler: "no" }).findings).toMatchObject([{ commands: [{ argv: ["lru_crawler", "enable"] }] }]);
  });

  it("reports no login and no TLS on a public bind", () => {
    const { findings } = server({ inter: "NULL" });
    expect(findings.map(({ priority }) => priority)).toEqual(["medium", "low"]);
    expect(findings[0]?.evidence).toContainEqual(expect.objectContaining({ fact: "auth_enabled_sasl", value: "no" }));
    expect(findings[1]?.evidence).toContainEqual(expect.objectContaining({ fact: "ssl_enabled", value: "no" }));
  });

  it("reports UDP on a public bind as high", () => {
    expect(server({ ...secured, udpport: "11211" }).findings).toMatchObject([{ priority: "high" }]);
  });

  it("finds loopback healthy, and a public bind with login and TLS", () => {
    expect(server({}).outcome).toBe("healthy");
    expect(server(secured).outcome).toBe("healthy");
    expect(server({ ...secured, auth_enabled_sasl: "no", auth_enabled_ascii: "yes" }).outcome).toBe("healthy");
  });

  it.each(["lru_maintainer_thread", "lru_crawler", "evictions", "udpport", "inter"])(
    "cannot judge without %s",
    (name) => {
      expect(server(without(name))).toMatchObject({
        outcome: "cannot-judge",
        reason: `stats settings does not show ${name}`,
      });
    },
  );

  it("cannot judge without stats settings", () => {
    const denied = memcachedNode({ memcachedSettings: missing("not-permitted", "stats is not permitted") });
    expect(judge(memcachedSettings, denied).outcome).toBe("cannot-judge");
  });
});
