import { beforeAll, describe, expect, it } from "vitest";
import { isAtLeast } from "../../../src/model/version-number.js";
import { knock, openConnections, StalledClient } from "../../support/client-load.js";
import { findingOf, measured, outcomeOf } from "../../support/live-verdict.js";
import { carryOut } from "../../support/live.js";
import { releases, startRedis, usingServers, waitUntil, type RedisServer } from "../../support/servers/index.js";

usingServers();

const all = await releases();

describe.each(all)("$name", ({ name: release }) => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis({ release });
  });

  it("connections-near-limit: connections opened nearly to the limit, until it is raised as advised", async () => {
    await server.call("CONFIG", "SET", "maxclients", "40");
    const connections = await openConnections(server, 36);
    const finding = await findingOf(server, "connections-near-limit");
    expect(finding.priority).toBe("high");
    expect(measured(finding)["maxclients"]).toBe(40);
    expect(measured(finding)["connected_clients"]).toBeGreaterThan(36);
    await carryOut(finding);
    expect(await outcomeOf(server, "connections-near-limit")).toBe("healthy");
    for (const connection of connections) connection.close();
  });

  it("connections-rejected: clients turned away at the limit are let in when it is raised as advised", async () => {
    await server.call("CONFIG", "SET", "maxclients", "20");
    const during = () => knock(server, 25);
    const finding = await findingOf(server, "connections-rejected", { during });
    expect(finding.priority).toBe("high");
    expect(measured(finding)["rejected_connections"]).toBeGreaterThanOrEqual(5);
    await carryOut(finding);
    expect(await outcomeOf(server, "connections-rejected", { during })).toBe("healthy");
  });

  it("connection-churn: a connection for every request, until one is kept", async () => {
    await server.call("CONFIG", "SET", "maxclients", "700");
    const finding = await findingOf(server, "connection-churn", { during: () => knock(server, 600) });
    expect(finding.priority).toBe("medium");
    expect(measured(finding)["new connections per second"]).toBeGreaterThan(50);
    await carryOut(finding);
    const overOneConnection = async () => {
      for (let i = 0; i < 150; i++) await server.call("PING");
    };
    expect(await outcomeOf(server, "connection-churn", { during: overOneConnection })).toBe("healthy");
  });

  it("blocked-clients: a consumer that waits for a queue, until there is work", async () => {
    const consumer = server.open();
    const work = consumer.call("BLPOP", "queue", "0");
    await waitUntil(async () => String(await server.call("INFO", "clients")).includes("blocked_clients:1"), {
      what: "the consumer waits",
      timeoutMs: 5_000,
    });
    const finding = await findingOf(server, "blocked-clients");
    expect(finding.priority).toBe("info");
    expect(measured(finding)["blocked_clients"]).toBe(1);
    await carryOut(finding);
    await server.call("RPUSH", "queue", "work");
    expect(await work).toEqual(["queue", "work"]);
    expect(await outcomeOf(server, "blocked-clients")).toBe("healthy");
    consumer.close();
  });

  it("output-buffer-limits-unusual: limits other than the defaults, until these are set as advised", async () => {
    await server.call("CONFIG", "SET", "client-output-buffer-limit", "pubsub 1mb 512kb 10");
    const finding = await findingOf(server, "output-buffer-limits-unusual");
    expect(finding.priority).toBe("info");
    expect(measured(finding)).toEqual({ "client-output-buffer-limit pubsub": "1048576 524288 10" });
    await carryOut(finding);
    expect(await outcomeOf(server, "output-buffer-limits-unusual")).toBe("healthy");
  });

  it("client-buffers-large: a client that asks for much and does not read, until it reads", async () => {
    await server.call("RPUSH", "list", ...Array.from({ length: 100 }, () => "x".repeat(1_000)));
    const client = new StalledClient(server);
    askForMuch(client);
    const outcome = () => outcomeOf(server, "client-buffers-large", { sampleMs: 0 });
    // The server adds up its clients' memory once a second.
    await waitUntil(async () => (await outcome()) === "finding", { what: "buffers are counted", timeoutMs: 10_000 });
    const finding = await findingOf(server, "client-buffers-large");
    expect(finding.priority).toBe("medium");
    expect(measured(finding)["average for a client"]).toBeGreaterThan(200 * 1_024);
    await carryOut(finding);
    client.recover();
    await waitUntil(async () => (await outcome()) === "healthy", { what: "buffers are read", timeoutMs: 10_000 });
    client.close();
  });
});

/** 80 MB: more than the kernel takes off the server (33 MB and 4 MB) for a connection that nobody reads. */
function askForMuch(client: StalledClient): void {
  for (let i = 0; i < 800; i++) client.send("LRANGE", "list", "0", "-1");
}

// Each version counts what the one before did, and more.
const countingEvictions = all.filter(({ version }) => isAtLeast(version, "7.0"));
const countingCutOffs = countingEvictions.filter(({ version }) => isAtLeast(version, "7.4"));

describe.each(countingCutOffs)("clients-dropped on $name", ({ name: release }) => {
  it("sees a subscriber that does not read cut off, and none when it reads", async () => {
    const server = await startRedis({ release, config: { "client-output-buffer-limit": "pubsub 4mb 0 0" } });
    const stalled = await subscriber(server, "stalled");
    let batches = 0;
    const untilCutOff = async () => {
      while ((await publish("stalled")) === 1 && batches < 200) batches++;
    };
    const finding = await findingOf(server, "clients-dropped", { during: untilCutOff });
    expect(finding.priority).toBe("high");
    expect(measured(finding)["client_output_buffer_limit_disconnections"]).toBe(1);
    await carryOut(finding);
    stalled.close();

    const reading = await subscriber(server, "reading");
    reading.recover();
    const asMuchAgain = async () => {
      for (; batches > 0; batches--) expect(await publish("reading")).toBe(1);
    };
    expect(await outcomeOf(server, "clients-dropped", { during: asMuchAgain })).toBe("healthy");
    reading.close();

    /** Half a megabyte; answers how many subscribers the last message reached. */
    async function publish(channel: string): Promise<unknown> {
      const messages = Array.from({ length: 50 }, () => server.call("PUBLISH", channel, "x".repeat(10_000)));
      return (await Promise.all(messages)).at(-1);
    }
  });

  async function subscriber(server: RedisServer, channel: string): Promise<StalledClient> {
    const client = new StalledClient(server);
    client.send("SUBSCRIBE", channel);
    const subscribed = async () => {
      const reply = await server.call("PUBSUB", "NUMSUB", channel);
      return Array.isArray(reply) && reply[1] === 1;
    };
    await waitUntil(subscribed, { what: "the client has subscribed", timeoutMs: 5_000 });
    return client;
  }
});

describe.each(countingEvictions)("clients-dropped on $name", ({ name: release }) => {
  it("sees clients evicted that hold more than maxmemory-clients allows, and none when they read", async () => {
    const server = await startRedis({ release, config: { "maxmemory-clients": "4mb" } });
    await server.call("RPUSH", "list", ...Array.from({ length: 100 }, () => "x".repeat(1_000)));
    const stalled = new StalledClient(server);
    const during = async () => {
      askForMuch(stalled);
      await waitUntil(async () => /evicted_clients:[1-9]/.test(String(await server.call("INFO", "stats"))), {
        what: "the client is evicted",
        timeoutMs: 5_000,
      });
    };
    const finding = await findingOf(server, "clients-dropped", { during });
    expect(finding.priority).toBe("high");
    expect(measured(finding)["evicted_clients"]).toBe(1);
    await carryOut(finding);
    stalled.close();
    expect(await outcomeOf(server, "clients-dropped")).toBe("healthy");
  });
});
