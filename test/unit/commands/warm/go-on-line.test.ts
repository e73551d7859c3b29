import { describe, expect, it } from "vitest";
import { goOnLine } from "../../../../src/commands/warm/go-on-line.js";
import type { WarmOptions } from "../../../../src/commands/warm/warm-options.js";

const options: WarmOptions = {
  manifest: "my users.yaml",
  selection: {
    profiles: ["prod"],
    labels: {},
    profilesDirectory: null,
    overrides: {},
    all: false,
    targets: [],
  } as never,
  policy: { kind: "overwrite" },
  hashing: null,
  itemsPerSecond: null,
  bytesPerSecond: null,
  maxLatencyMs: 25,
  memoryMark: 0.9,
  deadlineMs: 4_000,
  patienceMs: 30_000,
  resume: false,
  checkpoint: null,
  rejects: null,
  maxErrors: 100,
  observeMs: null,
  heartbeatFile: null,
  prometheusFile: null,
  lockMs: 60_000,
  yes: false,
  dryRun: false,
};

describe("goOnLine", () => {
  it("names the target, and quotes for a shell", () => {
    expect(goOnLine(options, false)).toBe("cachectl warm -p prod 'my users.yaml' --resume");
  });

  it("spares what this run spared, and looks where this run left its checkpoint", () => {
    const more = { ...options, manifest: "m.yaml", checkpoint: "c.json", hashing: "ketama" as const, lockMs: null };
    expect(goOnLine({ ...more, policy: { kind: "only-missing" }, itemsPerSecond: 500 }, false)).toBe(
      "cachectl warm -p prod m.yaml --resume --only-missing --hashing ketama --checkpoint c.json --rate 500 --no-lock",
    );
    expect(goOnLine({ ...options, manifest: "m.yaml", policy: { kind: "refresh-below", ttlMs: 90_000 } }, false)).toBe(
      "cachectl warm -p prod m.yaml --resume --refresh-below 90000ms",
    );
  });

  it("begins anew where something that was written is gone", () => {
    expect(goOnLine(options, true)).toBe("cachectl warm -p prod 'my users.yaml'");
  });
});
