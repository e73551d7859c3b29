import { expect, it } from "vitest";
import { parseStream, withOldestPending } from "../../../../src/collect/keyspace/stream-look.js";
import { ReplyError, type BulkReply } from "../../../../src/model/node-port.js";

const stream7: BulkReply = ["length", 2, "radix-tree-keys", 1, "entries-added", 5, "groups", 1, "first-entry", null];
const groups7: BulkReply = [["name", "workers", "consumers", 1, "pending", 3, "entries-read", 4, "lag", 1]];

it("reads a stream and its groups as 7.0 tells them", () => {
  expect(parseStream(stream7, groups7)).toEqual({
    length: 2,
    entriesAdded: 5,
    groups: [{ name: "workers", consumers: 1, pending: 3, lag: 1, oldestPendingMs: null }],
  });
});

it("does not make up what 6.0 does not tell", () => {
  const groups6: BulkReply = [["name", "workers", "consumers", 1, "pending", 3, "last-delivered-id", "1-0"]];
  expect(parseStream(["length", 2, "groups", 1], groups6)).toMatchObject({
    entriesAdded: null,
    groups: [{ lag: null }],
  });
});

it("gives nothing where either command was refused", () => {
  const refusal = new ReplyError("NOPERM this user has no permissions");
  expect(parseStream(refusal, groups7)).toBeNull();
  expect(parseStream(stream7, refusal)).toBeNull();
});

it("takes the age of the first pending entry, and leaves it unknown where XPENDING was refused", () => {
  const stream = parseStream(stream7, groups7);
  if (stream === null) throw new Error("not parsed");
  const aged = withOldestPending(stream, new Map([["workers", [["1-0", "c1", 7_200_000, 1]]]]));
  expect(aged.groups[0]?.oldestPendingMs).toBe(7_200_000);
  const refused = withOldestPending(stream, new Map([["workers", new ReplyError("NOPERM")]]));
  expect(refused.groups[0]?.oldestPendingMs).toBeNull();
});
