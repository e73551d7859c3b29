import { describe, expect, it } from "vitest";
import { fragmentationHigh } from "../../../../src/analyze/rules/fragmentation-high.js";
import { missing } from "../../../../src/model/fact.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const mebibyte = 2 ** 20;
const inAllocator = (allocatorFragRatio: number, allocatorFragBytes: number) =>
  redisNode({ memory: { allocatorFragRatio, allocatorFragBytes } });
const inProcess = (fragmentationRatio: number, fragmentationBytes: number) =>
  redisNode({ memory: { fragmentationRatio, fragmentationBytes } });

describe("fragmentation-high", () => {
  it("reports fragmentation inside the allocator, which active defragmentation mends", () => {
    const [finding] = judge(fragmentationHigh, inAllocator(1.11, 10 * mebibyte + 1)).findings;
    expect(finding).toMatchObject({
      priority: "medium",
      commands: [{ argv: ["CONFIG", "SET", "activedefrag", "yes"] }],
    });
    expect(finding?.evidence).toContainEqual(expect.objectContaining({ fact: "allocator_frag_ratio", value: 1.11 }));
  });

  it("lets active defragmentation work below its usual floor of 100 MB, without which it would do nothing", () => {
    const config = { "active-defrag-ignore-bytes": "104857600" };
    const argv = (allocatorFragBytes: number) =>
      judge(
        fragmentationHigh,
        redisNode({ memory: { allocatorFragRatio: 2, allocatorFragBytes }, config }),
      ).findings[0]?.commands.map((command) => (command.kind === "server" ? command.argv.slice(2) : []));
    const on = ["activedefrag", "yes"];
    expect(argv(50 * mebibyte)).toEqual([["active-defrag-ignore-bytes", "10485760"], on]);
    expect(argv(101 * mebibyte)).toEqual([on]);
  });

  it("reports holes that INFO of a build without defragmentation hides, by what the allocator says", () => {
    const stats = (activeBytes: number) =>
      redisNode({
        memory: { allocatorFragRatio: 1, allocatorFragBytes: 0 },
        memoryStats: { "allocator.allocated": 100 * mebibyte, "allocator.active": activeBytes },
      });
    const [finding] = judge(fragmentationHigh, stats(160 * mebibyte)).findings;
    expect(finding).toMatchObject({ priority: "medium", commands: [{ argv: ["MEMORY", "STATS"] }] });
    expect(finding?.evidence).toContainEqual(expect.objectContaining({ value: 1.6, unit: "ratio" }));
    // Padding of large values looks the same, up to here.
    expect(judge(fragmentationHigh, stats(150 * mebibyte)).outcome).toBe("healthy");
  });

  it("reports a process much larger than its data, which MEMORY PURGE may mend", () => {
    const [finding] = judge(fragmentationHigh, inProcess(1.51, 10 * mebibyte + 1)).findings;
    expect(finding).toMatchObject({ priority: "medium", commands: [{ argv: ["MEMORY", "PURGE"] }] });
    expect(finding?.evidence).toContainEqual(expect.objectContaining({ fact: "mem_fragmentation_ratio", value: 1.51 }));
  });

  it.each([
    ["1.1 in the allocator", () => inAllocator(1.1, 100 * mebibyte)],
    ["10 MiB in the allocator", () => inAllocator(3, 10 * mebibyte)],
    ["1.5 of the process", () => inProcess(1.5, 100 * mebibyte)],
    ["10 MiB of the process", () => inProcess(9, 10 * mebibyte)],
  ])("finds no more than %s healthy", (_, node) => {
    expect(judge(fragmentationHigh, node()).outcome).toBe("healthy");
  });

  it("does not ask for defragmentation that is on already", () => {
    const memory = { allocatorFragRatio: 1.5, allocatorFragBytes: 200 * mebibyte };
    const config = { activedefrag: "yes", "active-defrag-ignore-bytes": "104857600" };
    expect(judge(fragmentationHigh, redisNode({ memory, config })).findings).toMatchObject([
      {
        action: expect.stringContaining("is on") as string,
        commands: [{ argv: ["CONFIG", "GET", "active-defrag-*"] }],
      },
    ]);
  });

  it("skips a nearly empty instance, whose ratios measure the program itself", () => {
    const ratios = { allocatorFragRatio: 3, allocatorFragBytes: 20 * mebibyte };
    const node = (usedBytes: number) => redisNode({ memory: { usedBytes, ...ratios } });
    expect(judge(fragmentationHigh, node(5 * mebibyte - 1)).outcome).toBe("healthy");
    expect(judge(fragmentationHigh, node(5 * mebibyte)).outcome).toBe("finding");
  });

  it("leaves the process out of account where the program itself is a large part of it", () => {
    const ratios = { fragmentationRatio: 2.7, fragmentationBytes: 14 * mebibyte };
    const node = (usedBytes: number) => redisNode({ memory: { usedBytes, ...ratios } });
    expect(judge(fragmentationHigh, node(64 * mebibyte - 1)).outcome).toBe("healthy");
    expect(judge(fragmentationHigh, node(64 * mebibyte)).outcome).toBe("finding");
  });

  it.each(["usedBytes", "allocatorFragRatio", "fragmentationBytes"] as const)("cannot judge without %s", (field) => {
    expect(judge(fragmentationHigh, redisNode({ memory: { [field]: null } })).outcome).toBe("cannot-judge");
  });

  it("cannot judge without memory", () => {
    const verdict = judge(fragmentationHigh, redisNode({ memory: missing("not-permitted", "INFO is not permitted") }));
    expect(verdict).toMatchObject({ outcome: "cannot-judge", reason: "INFO is not permitted", findings: [] });
  });
});
