import { describe, expect, it } from "vitest";
import { clientsDropped } from "../../../../src/analyze/rules/clients-dropped.js";
import { missing } from "../../../../src/model/fact.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";
import { without } from "../../../support/without.js";

const noneCounted = without(
  "evicted_clients",
  "client_output_buffer_limit_disconnections",
  "client_query_buffer_limit_disconnections",
);

describe("clients-dropped", () => {
  it.each(["evicted_clients", "client_output_buffer_limit_disconnections", "client_query_buffer_limit_disconnections"])(
    "reports a growing %s",
    (counter) => {
      const [finding] = judge(clientsDropped, redisNode({ window: { counters: { [counter]: 1 } } })).findings;
      expect(finding).toMatchObject({ priority: "high" });
      expect(finding?.evidence).toContainEqual(expect.objectContaining({ fact: counter, value: 1 }));
    },
  );

  it("only mentions clients dropped in the past", () => {
    const window = { basis: "since-start", counters: { evicted_clients: 3 } } as const;
    expect(judge(clientsDropped, redisNode({ window })).findings).toMatchObject([{ priority: "info" }]);
  });

  it("finds none dropped healthy", () => {
    expect(judge(clientsDropped, redisNode()).outcome).toBe("healthy");
  });

  it("judges Redis 7.0 by evicted_clients, all it counts", () => {
    const counters = without("client_output_buffer_limit_disconnections", "client_query_buffer_limit_disconnections");
    const node = redisNode({ window: { counters }, server: { product: "redis", version: "7.0.15" } });
    expect(judge(clientsDropped, node).outcome).toBe("healthy");
  });

  it("does not apply before Redis 7.0, which counts none", () => {
    const node = redisNode({ window: { counters: noneCounted }, server: { product: "redis", version: "6.0.16" } });
    expect(judge(clientsDropped, node).outcome).toBe("not-applicable");
  });

  it("cannot judge when a version that counts them does not show them", () => {
    expect(judge(clientsDropped, redisNode({ window: { counters: noneCounted } })).outcome).toBe("cannot-judge");
  });

  it("cannot judge without window", () => {
    const verdict = judge(clientsDropped, redisNode({ window: missing("not-permitted", "INFO is not permitted") }));
    expect(verdict).toMatchObject({ outcome: "cannot-judge", reason: "INFO is not permitted", findings: [] });
  });
});
