import { afterEach, beforeEach, expect, it } from "vitest";
import { memcachedLockStore } from "../../../src/apply/warm/memcached/memcached-lock.js";
import type { LockStore } from "../../../src/apply/warm/run-lock.js";
import { openFleet } from "../../../src/connect/open-fleet.js";
import type { Fleet } from "../../../src/model/node-port.js";
import { MemcachedSideLine } from "../../../src/protocol/memcached-side-line.js";
import { liveProfile } from "../../support/live.js";
import { startMemcached, usingServers } from "../../support/servers/index.js";

usingServers();

let fleet: Fleet;
let line: MemcachedSideLine;
/** Called before each `cas` of `disturbed`, whose answer it may change. */
let beforeCas: () => Promise<unknown>;
let plain: LockStore;
let disturbed: LockStore;

beforeEach(async () => {
  const server = await startMemcached();
  fleet = await openFleet(liveProfile([server], { kind: "memcached" }), new AbortController().signal);
  line = new MemcachedSideLine(async () => {
    const [node] = fleet.nodes;
    if (node === undefined) throw new Error("no node");
    return node.openMemcachedLines();
  });
  plain = memcachedLockStore(line, "lock");
  const ask = async (command: string) => {
    if (command.startsWith("cas ")) await beforeCas();
    return line.ask(command);
  };
  disturbed = memcachedLockStore({ ask }, "lock");
});

afterEach(() => {
  line.close();
  fleet.close();
});

it("is given back though a renewal that was still on its way came between", async () => {
  expect(await plain.take("mine", 60_000)).toBe(true);
  const renewals = [() => plain.renew("mine", 60_000)];
  beforeCas = async () => renewals.pop()?.();
  await disturbed.drop("mine");
  expect(renewals).toEqual([]);
  expect(await plain.look()).toMatchObject({ token: null });
});

it("is left to another who has it by now", async () => {
  expect(await plain.take("mine", 60_000)).toBe(true);
  beforeCas = () => line.ask("set lock 0 60 6\r\nothers");
  await disturbed.drop("mine");
  expect(await plain.look()).toMatchObject({ token: "others" });
});
