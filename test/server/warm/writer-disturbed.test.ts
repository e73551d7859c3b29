import { afterEach, describe, expect, it } from "vitest";
import { FaultProxies } from "../../support/fault-proxy.js";
import { callsOf, clientsOf } from "../../support/server-counts.js";
import { startCluster, startRedis, usingServers, waitUntil, type RedisServer } from "../../support/servers/index.js";
import { item, writerLive } from "../../support/warm-writer.js";

usingServers();

const some = Array.from({ length: 20 }, (_, i) => item(`k:${i}`, { type: "string", data: "x" }));

let proxies: FaultProxies | undefined;
afterEach(() => proxies?.close());

describe("a lock that is lost", () => {
  it("keeps back what had to be sent again", async () => {
    const server = await startRedis();
    const through = (proxies = await FaultProxies.start([server]));
    let held = true;
    through.watch(({ words, when }) => {
      if (words[0] !== "SET" || when !== "before") return "pass";
      held = false;
      // The connection is gone before the server has seen anything, and everything on the next one would pass.
      through.mend();
      return "pass";
    });
    const proxy = { host: "127.0.0.1", port: through.portOf(server) };
    const writer = await writerLive([proxy], { kind: "overwrite" }, { patience: { mayWrite: () => held } });
    const outcome = await writer.write(some);
    expect(held).toBe(false);
    expect(outcome).toMatchObject({ written: 0, unknown: some.length, failed: [] });
    expect(await server.call("DBSIZE")).toBe(0);
  });

  it("keeps back what waited for its connection", async () => {
    const server = await startRedis();
    const writer = await writerLive([server], { kind: "overwrite" }, { patience: { mayWrite: () => false } });
    expect(await writer.write(some)).toMatchObject({
      ...{ written: 0, unknown: 0, notWritten: some.length, refusal: "the lock of this run is lost" },
    });
    expect(await server.call("DBSIZE")).toBe(0);
  });
});

describe("an outage during which the target is looked for again and again", () => {
  it("leaves no connections behind on one server", async () => {
    const server = await startRedis();
    const writer = await writerLive([server], { kind: "overwrite" });
    await writer.write(some);
    const before = await clientsOf([server]);
    await server.call("CONFIG", "SET", "min-replicas-to-write", "1");
    const looksBefore = await callsOf(server, "role");
    const writing = writer.write(some);
    await waitUntil(async () => (await callsOf(server, "role")) >= looksBefore + 10, {
      what: "the primary was looked for ten times",
      timeoutMs: 30_000,
    });
    expect(await clientsOf([server])).toBeLessThanOrEqual(before + 2);
    await server.call("CONFIG", "SET", "min-replicas-to-write", "0");
    expect(await writing).toMatchObject({ written: some.length, refusal: null });
  });

  it("leaves none behind on a cluster", async () => {
    const { primaries } = await startCluster({ replicasPerPrimary: 0 });
    const [first] = primaries as [RedisServer];
    const writer = await writerLive(primaries, { kind: "overwrite" }, { kind: "cluster" });
    await writer.write(some);
    const before = await clientsOf(primaries);
    await first.call("CONFIG", "SET", "min-replicas-to-write", "1");
    const looksBefore = await callsOf(first, "cluster");
    const writing = writer.write(some);
    await waitUntil(async () => (await callsOf(first, "cluster")) >= looksBefore + 10, {
      what: "the owners were looked for ten times",
      timeoutMs: 30_000,
    });
    // A look under way has one connection to each.
    expect(await clientsOf(primaries)).toBeLessThanOrEqual(before + 2 * primaries.length);
    await first.call("CONFIG", "SET", "min-replicas-to-write", "0");
    expect(await writing).toMatchObject({ written: some.length, refusal: null });
  });
});
