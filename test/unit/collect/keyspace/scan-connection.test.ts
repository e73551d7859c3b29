import { describe, expect, it } from "vitest";
import { onConnections } from "../../../../src/collect/keyspace/scan-connection.js";
import type { ScanPosition } from "../../../../src/collect/keyspace/scan-start.js";
import { ConnectError } from "../../../../src/model/errors.js";
import type { FleetNode, RedisBulkPort } from "../../../../src/model/node-port.js";

const lost = new ConnectError("closed", "it hung up", "Look at its log.");

function positionAt(cursor: string): ScanPosition {
  const scan = { node: "10.0.0.1:6379", expectedKeys: 1_000, seenKeys: 0 };
  return {
    runId: "abc",
    database: 0,
    cursor,
    doneDatabases: [],
    slots: null,
    lasting: [],
    scan,
  } as unknown as ScanPosition;
}

/** Every connection is lost after so many seconds of work, which moves the cursor on or does not. */
function losses(eachMs: number, moves: boolean) {
  let nowMs = 0;
  let times = 0;
  const closed = { count: 0 };
  const node = {
    openBulk: () =>
      Promise.resolve({
        call: () => Promise.resolve("# Server\r\nredis_version:7.0.0\r\nrun_id:abc\r\n"),
        close: () => {
          closed.count++;
        },
      } as unknown as RedisBulkPort),
  } as unknown as FleetNode;
  const position = positionAt("0");
  const clock = {
    now: () => nowMs,
    monotonicMs: () => nowMs,
    sleep: (ms: number) => {
      nowMs += ms;
      return Promise.resolve();
    },
  };
  const run = onConnections(node, position, true, { clock, stopped: () => false }, () => {
    nowMs += eachMs;
    if (++times === 6) return Promise.resolve("done");
    if (moves) position.cursor = String(times);
    return Promise.reject(lost);
  });
  return { run, times: () => times, closed };
}

describe("onConnections", () => {
  it("goes on as often as the scan gets on, also through pages without a matching key", async () => {
    const { run, times, closed } = losses(20_000, true);
    expect(await run).toBe("done");
    expect(times()).toBe(6);
    expect(closed.count).toBe(6);
  });

  it("gives up when the same page fails again after its time is over", async () => {
    const { run, times } = losses(20_000, false);
    await expect(run).rejects.toBe(lost);
    expect(times()).toBe(2);
  });
});
