import { describe, expect, it } from "vitest";
import { replicaWritable } from "../../../../src/analyze/rules/replica-writable.js";
import { missing } from "../../../../src/model/fact.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const replica = (readOnly: boolean | null) => redisNode({ replication: { role: "replica", readOnly } });

describe("replica-writable", () => {
  it("reports a replica that accepts writes and the command that stops it", () => {
    expect(judge(replicaWritable, replica(false)).findings).toMatchObject([
      {
        priority: "high",
        evidence: [{ fact: "slave_read_only", value: 0 }],
        commands: [{ argv: ["CONFIG", "SET", "replica-read-only", "yes"] }],
      },
    ]);
  });

  it("finds a read-only replica healthy", () => {
    expect(judge(replicaWritable, replica(true)).outcome).toBe("healthy");
  });

  it("does not apply to a primary", () => {
    expect(judge(replicaWritable, redisNode()).outcome).toBe("not-applicable");
  });

  it("cannot judge when INFO does not show slave_read_only", () => {
    expect(judge(replicaWritable, replica(null)).outcome).toBe("cannot-judge");
  });

  it("cannot judge without INFO replication", () => {
    const node = redisNode({ replication: missing("not-permitted", "INFO is not permitted") });
    expect(judge(replicaWritable, node)).toMatchObject({ outcome: "cannot-judge", reason: "INFO is not permitted" });
  });
});
