import { describe, expect, it } from "vitest";
import { parseHotkeysSession, parseValkeyHotkeys } from "../../../src/protocol/hotkeys-reply.js";

const fields = [
  "tracking-active",
  1,
  "sample-ratio",
  1,
  "selected-slots",
  [[0, 16383]],
  "all-commands-all-slots-us",
  220,
  "net-bytes-all-commands-all-slots",
  400,
  "collection-start-time-unix-ms",
  1_769_420_604_522,
  "collection-duration-ms",
  6408,
  "total-cpu-time-user-ms",
  3,
  "total-cpu-time-sys-ms",
  11,
  "by-cpu-time-us",
  ["x", 104, "y", 98],
];

function withField(name: string, value: string | number): (typeof fields)[number][] {
  const at = fields.indexOf(name);
  return at === -1 ? [...fields, name, value] : [...fields.slice(0, at + 1), value, ...fields.slice(at + 2)];
}

describe("parseHotkeysSession", () => {
  it("reads a session", () => {
    expect(parseHotkeysSession([fields])).toEqual({
      active: true,
      startedAtMs: 1_769_420_604_522,
      durationMs: 6408,
      sampleRatio: 1,
      selectedSlots: false,
      cpu: {
        total: 220,
        keys: [
          { name: "x", amount: 104 },
          { name: "y", amount: 98 },
        ],
      },
      network: null,
    });
  });

  it("reads the form without the outer list", () => {
    expect(parseHotkeysSession(fields)).toEqual(parseHotkeysSession([fields]));
  });

  it("scales the keys' sampled amounts up to the totals, which are of all commands", () => {
    const session = parseHotkeysSession([withField("sample-ratio", 10)]);
    expect(session?.cpu).toEqual({
      total: 220,
      keys: [
        { name: "x", amount: 1040 },
        { name: "y", amount: 980 },
      ],
    });
  });

  it("sees when only some slots are watched", () => {
    expect(parseHotkeysSession([withField("all-commands-selected-slots-us", 100)])?.selectedSlots).toBe(true);
  });

  it("is null when there is no session, and for what is none", () => {
    const none = [null, "", [], [[]], [["key", "x", "qps", 1]], [withField("sample-ratio", 0)]];
    expect(none.map(parseHotkeysSession)).toEqual(none.map(() => null));
  });
});

describe("parseValkeyHotkeys", () => {
  it("reads the keys of the last window", () => {
    const entry = ["key", "user:1", "db", 2, "qps", 1500];
    expect(parseValkeyHotkeys([entry])).toEqual([{ name: "user:1", database: 2, accessesPerSecond: 1500 }]);
  });

  it("takes an empty list for one, and anything else for none", () => {
    expect([[], null, "OK", [["key", "x"]], [3]].map(parseValkeyHotkeys)).toEqual([[], null, null, null, null]);
  });
});
