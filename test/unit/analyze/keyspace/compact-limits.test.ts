import { expect, it } from "vitest";
import { compactLimits } from "../../../../src/analyze/keyspace/compact-limits.js";

it("reads the limits under their names of 7.2", () => {
  const limits = compactLimits({
    "hash-max-listpack-entries": "512",
    "hash-max-ziplist-entries": "512",
    "hash-max-listpack-value": "64",
    "zset-max-listpack-entries": "128",
    "zset-max-listpack-value": "64",
    "set-max-listpack-entries": "128",
    "set-max-listpack-value": "64",
    "set-max-intset-entries": "512",
  });
  expect(limits).toEqual({
    hash: { setting: "hash-max-listpack-entries", entries: 512, valueBytes: 64 },
    zset: { setting: "zset-max-listpack-entries", entries: 128, valueBytes: 64 },
    set: { setting: "set-max-listpack-entries", entries: 128, valueBytes: 64 },
    intset: { setting: "set-max-intset-entries", entries: 512, valueBytes: null },
  });
});

it("reads the names of 6.0, which has no compact sets of texts", () => {
  const limits = compactLimits({
    "hash-max-ziplist-entries": "512",
    "hash-max-ziplist-value": "64",
    "zset-max-ziplist-entries": "128",
    "zset-max-ziplist-value": "64",
    "set-max-intset-entries": "512",
  });
  expect(limits.hash).toEqual({ setting: "hash-max-ziplist-entries", entries: 512, valueBytes: 64 });
  expect(limits.set).toBeNull();
});

it("makes up no limit that the server does not tell", () => {
  expect(compactLimits({})).toEqual({ hash: null, zset: null, set: null, intset: null });
});
