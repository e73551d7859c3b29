import { describe, expect, it } from "vitest";
import { defaultUserUnrestricted } from "../../../../src/analyze/rules/default-user-unrestricted.js";
import { missing } from "../../../../src/model/fact.js";
import type { AclUser } from "../../../../src/model/facts.js";
import { redisNode, type Overrides } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const anonymous: AclUser = { name: "default", enabled: true, nopass: true, allKeys: true, allCommands: true };

const server = (user: Partial<AclUser>, over: Overrides = {}) =>
  judge(defaultUserUnrestricted, redisNode({ acl: { users: [{ ...anonymous, ...user }] }, ...over }));

describe("default-user-unrestricted", () => {
  it.each([
    ["10.0.0.5", "no", "high"],
    ["10.0.0.5", "yes", "low"],
    ["127.0.0.1 -::1", "no", "low"],
  ])("reports it bound to %s with protected mode %s as %s", (bind, protectedMode, priority) => {
    const { findings } = server({}, { config: { bind, "protected-mode": protectedMode } });
    expect(findings).toMatchObject([{ priority, confidence: "high" }]);
    expect(findings[0]?.evidence).toContainEqual(expect.objectContaining({ fact: "bind", value: bind }));
  });

  it("assumes the worse with less confidence when it cannot see the bind list", () => {
    const denied = { config: missing("not-permitted", "CONFIG is not permitted") };
    expect(server({}, denied).findings).toMatchObject([{ priority: "high", confidence: "medium" }]);
  });

  it("asks for the password at the terminal instead of printing one", () => {
    const { findings } = server({}, { node: { cliArguments: ["-s", "/run/my redis.sock"] } });
    expect(findings[0]?.commands).toMatchObject([
      { line: expect.stringContaining("redis-cli -s '/run/my redis.sock' -x CONFIG SET requirepass") as string },
    ]);
  });

  it.each([[{ nopass: false }], [{ enabled: false }], [{ allKeys: false }], [{ allCommands: false }]])(
    "finds %j healthy",
    (user) => {
      expect(server(user).outcome).toBe("healthy");
    },
  );

  it("cannot judge without ACL LIST, and does not apply before ACLs", () => {
    const denied = redisNode({ acl: missing("not-permitted", "ACL is not permitted") });
    expect(judge(defaultUserUnrestricted, denied).outcome).toBe("cannot-judge");
    const redis5 = redisNode({ acl: missing("not-supported", "ACL exists from Redis 6.0 on") });
    expect(judge(defaultUserUnrestricted, redis5).outcome).toBe("not-applicable");
  });
});
