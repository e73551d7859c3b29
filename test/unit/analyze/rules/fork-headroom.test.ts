import { describe, expect, it } from "vitest";
import { forkHeadroom } from "../../../../src/analyze/rules/fork-headroom.js";
import { missing } from "../../../../src/model/fact.js";
import { type Overrides, redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const limited = (maxmemoryBytes: number, overrides: Overrides = {}, usedBytes = 100) =>
  redisNode({ memory: { maxmemoryBytes, totalSystemBytes: 1_000, usedBytes }, ...overrides });

describe("fork-headroom", () => {
  it("reports a limit that leaves less than a quarter of the host", () => {
    const [finding] = judge(forkHeadroom, limited(751)).findings;
    expect(finding).toMatchObject({ priority: "medium" });
    expect(finding?.evidence).toContainEqual(expect.objectContaining({ fact: "reserve", value: 24.9 }));
    expect(finding?.evidence).toContainEqual(expect.objectContaining({ fact: "forks for", value: "save, replicas" }));
  });

  it("suggests a limit with which it is healthy", () => {
    const [command] = judge(forkHeadroom, limited(900)).findings[0]?.commands ?? [];
    const maxmemory = command?.kind === "server" ? Number(command.argv.at(-1)) : Number.NaN;
    expect(maxmemory).toBe(750);
    expect(judge(forkHeadroom, limited(maxmemory)).outcome).toBe("healthy");
  });

  it("suggests no limit that the present data would hit", () => {
    expect(judge(forkHeadroom, limited(900, {}, 600)).findings).toMatchObject([{ commands: [] }]);
  });

  it.each([
    { save: "", appendonly: "yes" },
    { save: "3600 1", appendonly: "no" },
  ])("counts %o as a reason to fork", (config) => {
    expect(judge(forkHeadroom, limited(900, { config, replication: { connectedReplicas: 0 } })).findings).toHaveLength(
      1,
    );
  });

  it("does not apply to a server that never forks", () => {
    const overrides = { config: { save: "", appendonly: "no" }, replication: { connectedReplicas: 0 } };
    expect(judge(forkHeadroom, limited(900, overrides)).outcome).toBe("not-applicable");
  });

  it("does not apply without maxmemory", () => {
    expect(judge(forkHeadroom, limited(0)).outcome).toBe("not-applicable");
  });

  it("judges by the replicas alone where CONFIG is not permitted", () => {
    const config = missing("not-permitted", "CONFIG GET is not permitted");
    expect(judge(forkHeadroom, limited(900, { config })).findings).toHaveLength(1);
  });

  it("cannot judge a tight limit without replicas where CONFIG is not permitted", () => {
    const config = missing("not-permitted", "CONFIG GET is not permitted");
    const verdict = judge(forkHeadroom, limited(900, { config, replication: { connectedReplicas: 0 } }));
    expect(verdict).toMatchObject({ outcome: "cannot-judge", reason: "CONFIG GET is not permitted" });
  });

  it("cannot judge a tight limit when the number of replicas is not reported and nothing else forks", () => {
    const overrides = { config: { save: "", appendonly: "no" }, replication: { connectedReplicas: null } };
    expect(judge(forkHeadroom, limited(900, overrides)).outcome).toBe("cannot-judge");
  });

  it("cannot judge when the host's memory is not reported", () => {
    expect(judge(forkHeadroom, redisNode({ memory: { totalSystemBytes: null } })).outcome).toBe("cannot-judge");
  });

  it("cannot judge without memory", () => {
    const verdict = judge(forkHeadroom, redisNode({ memory: missing("not-permitted", "INFO is not permitted") }));
    expect(verdict).toMatchObject({ outcome: "cannot-judge", reason: "INFO is not permitted", findings: [] });
  });
});
