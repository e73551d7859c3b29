import { describe, expect, it } from "vitest";
import type { SentinelConfigPlan, SentinelConfigRequest } from "../../../src/model/sentinel-config.js";
import { isRefusal } from "../../../src/model/slot-plan.js";
import { planSentinelConfig } from "../../../src/plan/sentinel/plan-sentinel-config.js";

const hosts = (...names: string[]) => names.map((host) => ({ host, port: 26_379 }));

function request(change: Partial<SentinelConfigRequest> = {}): SentinelConfigRequest {
  return {
    ...{ masterName: "mymaster", primary: { host: "10.0.0.1", port: 6379 }, quorum: null },
    sentinels: hosts("10.0.1.1", "10.0.1.2", "10.0.1.3"),
    ...{ downAfterMs: 30_000, failoverTimeoutMs: 180_000, parallelSyncs: 1 },
    ...{ authUser: null, passwordVariable: null, announce: {}, zones: {} },
    ...change,
  };
}

function planned(change: Partial<SentinelConfigRequest> = {}): SentinelConfigPlan {
  const plan = planSentinelConfig(request(change));
  if (isRefusal(plan)) throw new Error(plan.message);
  return plan;
}

describe("planSentinelConfig", () => {
  it("gives a good group no warning, and each host its file with a majority for quorum", () => {
    const plan = planned();
    expect(plan).toMatchObject({ quorum: 2, majority: 2, warnings: [] });
    expect(plan.files.map(({ address }) => address)).toEqual(["10.0.1.1:26379", "10.0.1.2:26379", "10.0.1.3:26379"]);
    expect(plan.files[0]?.lines.slice(2)).toEqual([
      "port 26379",
      "dir /tmp",
      "sentinel monitor mymaster 10.0.0.1 6379 2",
      "sentinel down-after-milliseconds mymaster 30000",
      "sentinel failover-timeout mymaster 180000",
      "sentinel parallel-syncs mymaster 1",
    ]);
  });

  it("writes a variable for the password, names before they are monitored, and what each announces", () => {
    const lines = planned({
      ...{ primary: { host: "db-1.internal", port: 6379 }, authUser: "sentinel", passwordVariable: "REDIS_PASSWORD" },
      announce: { "10.0.1.1:26379": { host: "192.0.2.7", port: 5000 } },
    }).files[0]?.lines;
    expect(lines).toContain("sentinel auth-user mymaster sentinel");
    expect(lines).toContain("sentinel auth-pass mymaster ${REDIS_PASSWORD}");
    expect(lines).toContain("sentinel announce-ip 192.0.2.7");
    expect(lines).toContain("sentinel announce-port 5000");
    expect(lines?.indexOf("sentinel resolve-hostnames yes")).toBeLessThan(
      lines?.indexOf("sentinel monitor mymaster db-1.internal 6379 2") ?? -1,
    );
  });

  it.each<[string, Partial<SentinelConfigRequest>]>([
    ["quorum-above-count", { quorum: 4 }],
    ["bad-quorum", { quorum: 0 }],
    ["node-twice", { sentinels: hosts("a", "b", "a") }],
    ["primary-is-sentinel", { primary: { host: "10.0.1.1", port: 26_379 } }],
    ["unknown-host", { zones: { elsewhere: "east" } }],
    ["unknown-host", { announce: { "10.9.9.9:26379": { host: "192.0.2.7", port: 1 } } }],
    ["bad-master-name", { masterName: "my master" }],
    ["bad-user", { authUser: "two words" }],
    ["bad-variable", { passwordVariable: "s3cret!" }],
  ])("refuses with %s", (code, change) => {
    expect(planSentinelConfig(request(change))).toMatchObject({ refused: true, code });
  });

  it("does not print what was given in place of a variable's name", () => {
    expect(JSON.stringify(planSentinelConfig(request({ passwordVariable: "s3cret!" })))).not.toContain("s3cret");
  });

  it.each<[string, Partial<SentinelConfigRequest>]>([
    ["2 sentinels: when one is lost", { sentinels: hosts("a", "b") }],
    ["1 sentinel: when one is lost", { sentinels: hosts("a") }],
    ["4 sentinels survive no more losses than 3", { sentinels: hosts("a", "b", "c", "d") }],
    ["Quorum 1 is below the majority of 2", { quorum: 1 }],
    ["Quorum 3 asks for every sentinel", { quorum: 3 }],
    [
      "3 of 3 sentinels are on host 10.0.1.1: when it is lost 0 are left of the 2",
      { sentinels: [26_379, 26_380, 26_381].map((port) => ({ host: "10.0.1.1", port })) },
    ],
    [
      "2 of 3 sentinels are in zone east: when it is lost 1 are left of the 2 that a failover needs, and the primary",
      { zones: { "10.0.1.1": "east", "10.0.1.2": "east", "10.0.1.3": "west", "10.0.0.1": "east" } },
    ],
    ["No zone is known of 10.0.1.2, 10.0.1.3", { zones: { "10.0.1.1": "east" } }],
    ["down-after-milliseconds 999", { downAfterMs: 999 }],
    ["failover-timeout 59999", { failoverTimeoutMs: 59_999 }],
    ["127.0.0.1 means another machine", { primary: { host: "127.0.0.1", port: 6379 } }],
    ["Host names need Redis 6.2", { primary: { host: "db-1", port: 6379 } }],
  ])("warns: %s", (words, change) => {
    expect(planned(change).warnings).toContainEqual(expect.stringContaining(words));
  });
});
