import { expect, it } from "vitest";
import { collectSlotStats, parseSlotStats } from "../../../../src/collect/keyspace/slot-stats.js";
import { ServerReplyError } from "../../../../src/model/errors.js";
import type { RedisPort, Reply } from "../../../../src/model/node-port.js";

function portThat(answer: (args: string[]) => Reply): RedisPort {
  return {
    greeting: { connectMs: 0, pingMs: 0, pingError: null },
    call: async (command, ...args) => Promise.resolve(answer([command, ...args])),
  };
}

it("takes keys, CPU time, and the network both ways", () => {
  const fields = ["key-count", 3, "cpu-usec", 42, "network-bytes-in", 50, "network-bytes-out", 14];
  expect(parseSlotStats([[7, fields]])).toEqual(new Map([[7, { keys: 3, cpuMicroseconds: 42, networkBytes: 64 }]]));
});

it("says null of what the server does not count unless cluster-slot-stats-enabled", () => {
  expect(parseSlotStats([[7, ["key-count", 3]]])).toEqual(
    new Map([[7, { keys: 3, cpuMicroseconds: null, networkBytes: null }]]),
  );
});

it("passes over fields that it does not know, and slots without the one that it must", () => {
  const reply: Reply = [
    [1, ["memory-bytes", 99, "key-count", 1]],
    [2, ["cpu-usec", 1]],
    ["odd", ["key-count", 1]],
  ];
  expect([...(parseSlotStats(reply)?.keys() ?? [])]).toEqual([1]);
});

it("asks for an eighth of the slots at a time, each once", async () => {
  const ranges: [number, number][] = [];
  const port = portThat(([, , , first, last]) => {
    ranges.push([Number(first), Number(last)]);
    return [[Number(first), ["key-count", 1]]];
  });
  const fact = await collectSlotStats(port);
  expect(ranges).toHaveLength(8);
  expect(
    ranges.flatMap(([first, last]) => (first === 0 ? [] : [first]).concat(last === 16_383 ? [] : [last + 1])),
  ).toEqual(ranges.slice(1).flatMap(([first]) => [first, first]));
  expect(fact.ok && fact.value.size).toBe(8);
});

it.each([
  ["ERR unknown subcommand 'SLOT-STATS'. Try CLUSTER HELP.", "not-supported"],
  ["ERR This instance has cluster support disabled", "not-supported"],
  ["NOPERM User app has no permissions to run the 'cluster|slot-stats' command", "not-permitted"],
])("is missing with its cause after: %s", async (text, cause) => {
  const port = portThat(() => {
    throw new ServerReplyError("CLUSTER", text, "See the test.");
  });
  expect(await collectSlotStats(port)).toMatchObject({ ok: false, cause });
});

it("is missing when the answer is no list", async () => {
  expect(await collectSlotStats(portThat(() => "OK"))).toMatchObject({ ok: false, cause: "not-supported" });
});
