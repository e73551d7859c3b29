import { describe, expect, it } from "vitest";
import { openToTheNetwork } from "../../../../src/analyze/rules/open-to-the-network.js";
import { missing } from "../../../../src/model/fact.js";
import type { AclUser, ConfigFacts } from "../../../../src/model/facts.js";
import { redisNode, type Overrides } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";
import { without } from "../../../support/without.js";

const anonymous: AclUser = { name: "default", enabled: true, nopass: true, allKeys: true, allCommands: true };
const openConfig = { bind: "* -::*", "protected-mode": "no" };

const server = (config: ConfigFacts, user: Partial<AclUser> = {}, over: Overrides = {}) =>
  judge(openToTheNetwork, redisNode({ config, acl: { users: [{ ...anonymous, ...user }] }, ...over }));

describe("open-to-the-network", () => {
  it("reports no password, no protected mode and a public bind as critical", () => {
    const { findings } = server(openConfig);
    expect(findings).toMatchObject([{ priority: "critical" }]);
    expect(findings[0]?.evidence).toContainEqual(expect.objectContaining({ fact: "bind", value: "* -::*" }));
  });

  it("suggests what closes the server without a password in it, and not what would shut the operator out", () => {
    expect(server(openConfig).findings[0]?.commands).toEqual([
      {
        kind: "shell",
        line: `read -rs PASSWORD && printf %s "$PASSWORD" | redis-cli -h 10.0.0.5 -p 6379 -x CONFIG SET requirepass`,
      },
    ]);
    expect(server({ ...openConfig, "protected-mode": "yes" }).outcome).toBe("healthy");
    expect(server(openConfig, { nopass: false }).outcome).toBe("healthy");
  });

  it.each([
    ["a loopback bind", { ...openConfig, bind: "127.0.0.1 -::1" }, {}],
    ["protected mode", { ...openConfig, "protected-mode": "yes" }, {}],
    ["a password", openConfig, { nopass: false }],
    ["the default user off", openConfig, { enabled: false }],
    ["only a unix socket", { ...openConfig, port: "0" }, {}],
  ])("finds %s healthy", (_, config, user) => {
    expect(server(config, user).outcome).toBe("healthy");
  });

  it.each(["6.0.16", "6.2.20"])("knows that protected mode guards %s only while no address is bound", (version) => {
    const older = { server: { product: "redis" as const, version } };
    const guarded = { ...openConfig, "protected-mode": "yes" };
    const { findings } = server({ ...guarded, bind: "0.0.0.0" }, {}, older);
    expect(findings).toMatchObject([{ priority: "critical", commands: [{ kind: "shell" }] }]);
    expect(server({ ...guarded, bind: "" }, {}, older).outcome).toBe("healthy");
  });

  it("reports limited rights without a password as medium", () => {
    expect(server(openConfig, { allCommands: false }).findings).toMatchObject([{ priority: "medium" }]);
  });

  it("judges by requirepass before Redis 6", () => {
    const redis5 = {
      acl: missing("not-supported", "no ACL"),
      server: { product: "redis" as const, version: "5.0.14" },
    };
    const bound = { bind: "0.0.0.0", "protected-mode": "no" };
    expect(server({ ...bound, requirepass: "" }, {}, redis5).findings).toMatchObject([{ priority: "critical" }]);
    expect(server({ ...bound, requirepass: "[set]" }, {}, redis5).outcome).toBe("healthy");
  });

  it("cannot judge an exposed server whose users it may not see", () => {
    const noAcl = { acl: missing("not-permitted", "ACL is not permitted") };
    expect(server(openConfig, {}, noAcl)).toMatchObject({ outcome: "cannot-judge", reason: "ACL is not permitted" });
    expect(server({ ...openConfig, bind: "127.0.0.1" }, {}, noAcl).outcome).toBe("healthy");
  });

  it("cannot judge without the settings", () => {
    const denied = redisNode({ config: missing("not-permitted", "CONFIG is not permitted") });
    expect(judge(openToTheNetwork, denied).outcome).toBe("cannot-judge");
    const partial = redisNode({ acl: { users: [anonymous] }, config: { "protected-mode": "no", ...without("bind") } });
    expect(judge(openToTheNetwork, partial).outcome).toBe("cannot-judge");
  });
});
