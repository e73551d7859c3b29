import { describe, expect, it } from "vitest";
import { clientBuffersLarge } from "../../../../src/analyze/rules/client-buffers-large.js";
import { missing } from "../../../../src/model/fact.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const buffered = (clientsNormalBytes: number, connected: number) =>
  redisNode({ memory: { clientsNormalBytes }, clients: { connected } });

describe("client-buffers-large", () => {
  it("reports more than 200 KiB for a client on average", () => {
    const [finding] = judge(clientBuffersLarge, buffered(50 * 204_801, 50)).findings;
    expect(finding).toMatchObject({ priority: "medium" });
    expect(finding?.evidence).toContainEqual(expect.objectContaining({ fact: "average for a client", value: 204_801 }));
  });

  it("finds exactly 200 KiB on average healthy", () => {
    expect(judge(clientBuffersLarge, buffered(50 * 204_800, 50)).outcome).toBe("healthy");
  });

  it("does not mind a lone client below 5 MiB", () => {
    expect(judge(clientBuffersLarge, buffered(5 * 2 ** 20 - 1, 1)).outcome).toBe("healthy");
    expect(judge(clientBuffersLarge, buffered(5 * 2 ** 20, 1)).outcome).toBe("finding");
  });

  it("cannot judge when the buffers are not reported", () => {
    expect(judge(clientBuffersLarge, redisNode({ memory: { clientsNormalBytes: null } })).outcome).toBe("cannot-judge");
  });

  it("cannot judge when the clients are not counted", () => {
    expect(judge(clientBuffersLarge, redisNode({ clients: { connected: null } })).outcome).toBe("cannot-judge");
  });

  it("cannot judge without clients", () => {
    const verdict = judge(
      clientBuffersLarge,
      redisNode({ clients: missing("not-permitted", "INFO is not permitted") }),
    );
    expect(verdict).toMatchObject({ outcome: "cannot-judge", reason: "INFO is not permitted", findings: [] });
  });
});
