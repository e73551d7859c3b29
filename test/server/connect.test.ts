import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openFleet } from "../../src/connect/open-fleet.js";
import { formCluster } from "../../src/demo/form-cluster.js";
import { ConnectError, type ConnectCause } from "../../src/model/errors.js";
import type { Endpoint } from "../../src/model/node.js";
import type { Reply } from "../../src/model/node-port.js";
import type { Profile } from "../../src/model/profile.js";
import { clientCertificate, trusting, writeCertificates } from "../support/certificates.js";
import { blackHole } from "../support/fault-servers.js";
import { liveProfile, observeLive, type LiveOptions } from "../support/live.js";
import {
  releases,
  startCluster,
  startRedis,
  startSentinelGroup,
  temporaryDirectory,
  usingServers,
  waitUntil,
  type RedisServer,
} from "../support/servers/index.js";
import { ports } from "../support/servers/registry.js";
import { standStill } from "../support/stand-still.js";
import { watchedListener } from "../support/watched-listener.js";

usingServers();

type Place = { host: string; port: number };

const deadPort = { host: "127.0.0.1", port: 1 };
const all = await releases();
const newest = all.at(-1)?.name ?? "";

/** What discovery finds from these seeds: `role address`, sorted, and the gaps. */
async function discover(seeds: Place[], options: LiveOptions = {}): Promise<{ nodes: string[]; gaps: string[] }> {
  const fleet = await openFleet(liveProfile(seeds, options), new AbortController().signal);
  try {
    const gaps = await fleet.gaps();
    return { nodes: fleet.nodes.map(({ identity }) => `${identity.role} ${identity.address}`).sort(), gaps };
  } finally {
    fleet.close();
  }
}

function named(role: string, ...servers: { address: string }[]): string[] {
  return servers.map(({ address }) => `${role} ${address}`);
}

/** Why the first seed cannot be talked to; `reached` when it can. */
async function causeOf(endpoint: Endpoint, profile: Partial<Profile> = {}): Promise<ConnectCause | "reached"> {
  const settings = liveProfile([], { profile: { seeds: [endpoint], discover: false, ...profile } });
  const fleet = await openFleet(settings, new AbortController().signal);
  try {
    await fleet.nodes[0]?.openRedis();
    return "reached";
  } catch (error) {
    if (error instanceof ConnectError) return error.connectCause;
    throw error;
  } finally {
    fleet.close();
  }
}

async function startPair(release: string): Promise<{ primary: RedisServer; replica: RedisServer }> {
  const primary = await startRedis({ release, config: { "repl-diskless-sync-delay": "0" } });
  const replica = await startRedis({ release, config: { replicaof: `${primary.host} ${primary.port}` } });
  await waitUntil(async () => String(await primary.call("INFO", "replication")).includes("state=online"), {
    what: "the replica is linked",
    timeoutMs: 30_000,
  });
  return { primary, replica };
}

describe.concurrent.each(all)("discovery on $name", ({ name: release }) => {
  it("finds the replicas from the primary and the primary from a replica", async ({ expect }) => {
    const { primary, replica } = await startPair(release);
    const both = [...named("primary", primary), ...named("replica", replica)].sort();
    expect(await discover([primary])).toEqual({ nodes: both, gaps: [] });
    expect(await discover([replica])).toEqual({ nodes: both, gaps: [] });
    expect(await discover([primary], { profile: { discover: false } })).toMatchObject({
      nodes: named("unknown", primary),
    });
  });

  it("finds a cluster from one seed, past a dead one, and from a host name without counting twice", async ({
    expect,
  }) => {
    const { nodes } = await startCluster({ release, replicasPerPrimary: 0 });
    const [seed, second] = nodes as [RedisServer, RedisServer];
    const members = named("primary", ...nodes).sort();
    expect(await discover([seed], { kind: "cluster" })).toEqual({ nodes: members, gaps: [] });
    expect(await discover([seed, second], { kind: "cluster" })).toEqual({ nodes: members, gaps: [] });
    const pastDead = await discover([deadPort, second], { kind: "cluster" });
    expect(pastDead).toEqual({ nodes: members, gaps: ["seed 127.0.0.1:1 refused the connection"] });
    const { nodes: byName } = await discover([{ host: "localhost", port: seed.port }], { kind: "cluster" });
    expect(byName).toHaveLength(nodes.length);
    expect(byName).toContain(`primary localhost:${seed.port}`);
  });

  it("finds everything that sentinels watch, past a dead one", async ({ expect }) => {
    const { sentinels, primary, replicas } = await startSentinelGroup({ release, sentinels: 2 });
    const [seed] = sentinels as [RedisServer];
    const everything = [
      ...named("sentinel", ...sentinels),
      ...named("primary", primary),
      ...named("replica", ...replicas),
    ];
    const options: LiveOptions = { kind: "sentinel", profile: { masterName: "mymaster" } };
    expect(await discover([seed], options)).toEqual({ nodes: everything.sort(), gaps: [] });
    const { nodes } = await discover([deadPort, seed], options);
    expect(nodes).toEqual([...everything, "sentinel 127.0.0.1:1"].sort());

    const unknown = await discover([seed], { kind: "sentinel", profile: { masterName: "nomaster" } });
    expect(unknown.gaps).toEqual(["the sentinels do not monitor a master named nomaster; they monitor mymaster"]);
    expect(unknown.nodes).toEqual(named("sentinel", seed));
  });
});

describe.concurrent("discovery", () => {
  it("finds every master that a sentinel watches when none is named", async () => {
    const [one, two] = await Promise.all([startRedis(), startRedis()]);
    const lines = [one, two].map((server, n) => `sentinel monitor m${n} ${server.host} ${server.port} 1`);
    const sentinel = await startRedis({ sentinel: lines });
    const { nodes } = await discover([sentinel], { kind: "sentinel" });
    expect(nodes).toEqual([...named("primary", one, two).sort(), ...named("sentinel", sentinel)]);
  });

  it("does not let a sentinel that watches nothing speak for the one that does", async () => {
    const primary = await startRedis();
    const monitor = `sentinel monitor mymaster ${primary.host} ${primary.port} 1`;
    const [empty, watching] = await Promise.all([startRedis({ sentinel: [] }), startRedis({ sentinel: [monitor] })]);
    const found = await discover([empty, watching], { kind: "sentinel", profile: { masterName: "mymaster" } });
    expect(found.gaps).toEqual([]);
    expect(found.nodes).toContain(`primary ${primary.address}`);
  });

  it("says that a Sentinel is not the server it was given as", async () => {
    const sentinel = await startRedis({ sentinel: [] });
    const { gaps } = await discover([sentinel]);
    expect(gaps).toEqual([expect.stringContaining("is a Sentinel") as string]);
    const { targets } = await observeLive([sentinel], { sampleMs: 0 });
    expect(targets[0]?.nodes[0]?.node.family).toBe("sentinel");
  });

  it("says that a node given as a cluster is none", async () => {
    const single = await startRedis();
    const { nodes, gaps } = await discover([single], { kind: "cluster" });
    expect(nodes).toEqual(named("unknown", single));
    expect(gaps).toEqual([expect.stringContaining("not in cluster mode") as string]);
  });

  it("keeps a dead member on the list and tells clusters apart", async () => {
    const [{ primaries, replicas, nodes }, other] = await Promise.all([
      startCluster({ primaries: 3, replicasPerPrimary: 1 }),
      startRedis({ config: { "cluster-enabled": "yes" } }),
    ]);
    await replicas[0]?.kill();
    const [seed] = primaries as [RedisServer];
    const found = await discover([seed], { kind: "cluster" });
    expect(found.nodes).toEqual([...named("primary", ...primaries), ...named("replica", ...replicas)].sort());
    const { gaps } = await discover([nodes[1] as RedisServer, other], { kind: "cluster" });
    expect(gaps.join()).toContain("belongs to another cluster");
  });

  it("dials announced addresses where the NAT map says they are", async () => {
    const { nodes } = await startCluster({ replicasPerPrimary: 0 });
    const [seed, second, third] = nodes as [RedisServer, RedisServer, RedisServer];
    const natMap = {
      [second.address]: { host: "localhost", port: second.port },
      [third.address]: { host: "localhost", port: third.port },
    };
    const found = await discover([seed], { kind: "cluster", profile: { natMap } });
    expect(found.nodes).toEqual(
      [`primary ${seed.address}`, `primary localhost:${second.port}`, `primary localhost:${third.port}`].sort(),
    );
  });

  it("reaches a server through its unix socket", async () => {
    const dir = await temporaryDirectory();
    const path = join(dir, "redis.sock");
    await startRedis({ dir, config: { unixsocket: path, unixsocketperm: "777" } });
    expect(await causeOf({ path })).toBe("reached");
    expect(await causeOf({ path: join(dir, "none.sock") })).toBe("socket-file");
  });
});

describe("a firewall", () => {
  it("waits for one timeout, however many nodes are behind a firewall", async () => {
    const seeds = (await Promise.all(Array.from({ length: 6 }, () => blackHole()))).map((port) => ({
      host: "127.0.0.1",
      port,
    }));
    const startedAt = performance.now();
    const { targets } = await observeLive(seeds, {
      kind: "cluster",
      profile: { timeouts: { connectMs: 3_000, commandMs: 3_000 } },
    });
    // One after another they would take eighteen.
    expect(performance.now() - startedAt).toBeLessThan(12_000);
    const causes = targets[0]?.nodes.map(
      ({ facts }) => facts.reachability?.ok && facts.reachability.value.failure?.cause,
    );
    expect(causes).toEqual(Array(6).fill("timed-out"));
  });
});

describe.concurrent("logging in", () => {
  it.each(all)("tells a missing, a wrong and a right login of $name apart", async ({ name: release }) => {
    const server = await startRedis({
      release,
      config: { requirepass: "right" },
    });
    await server.call("ACL", "SETUSER", "ops", "on", ">theirs", "+ping", "+info", "+role");
    const login = (password: string, username?: string) => liveProfile([], { password, ...(username && { username }) });
    const causeWith = (password: string, username?: string) =>
      causeOf(server, { credentials: login(password, username).credentials });
    expect(await causeOf(server)).toBe("no-password");
    expect(await causeWith("wrong")).toBe("wrong-password");
    expect(await causeWith("right")).toBe("reached");
    expect(await causeWith("theirs", "ops")).toBe("reached");
    expect(await causeWith("theirs", "nobody")).toBe("wrong-password");
    expect(await causeOf(server, { credentials: login("right").credentials, database: 99 })).toBe("no-such-database");
    const refused = { credentials: login("theirs", "ops").credentials, database: 1 };
    expect(await causeOf(server, refused)).toBe("not-permitted");
  });

  it("goes on where a password is given to a server that has none", async () => {
    const server = await startRedis();
    expect(await causeOf(server, { credentials: liveProfile([], { password: "unneeded" }).credentials })).toBe(
      "reached",
    );
  });

  it("says that a server has no room for one more client", async () => {
    const server = await startRedis({ config: { maxclients: "1" } });
    await server.call("PING");
    expect(await causeOf(server)).toBe("max-clients");
  });

  it("says that protected mode keeps other hosts out", async () => {
    const server = await startRedis({ config: { bind: "0.0.0.0" } });
    const outside = Object.values(networkInterfaces())
      .flat()
      .find((address) => address?.family === "IPv4" && !address.internal)?.address;
    if (outside === undefined) throw new Error("this test needs an IPv4 address that is not loopback");
    expect(await causeOf({ host: outside, port: server.port })).toBe("protected-mode");
  });

  it("looks at a server that is busy with a script, whatever its database", async () => {
    const server = await startRedis({ config: { "lua-time-limit": "1" } });
    const busy = server.open();
    const script = busy.call("EVAL", "while true do end", "0").catch(() => "killed");
    const isBusy = () =>
      server.call("GET", "k").then(
        () => false,
        (error: unknown) => /BUSY/.test(String(error)),
      );
    await waitUntil(isBusy, { what: "the server is busy", timeoutMs: 10_000 });
    const { targets } = await observeLive([server], { sampleMs: 0, profile: { database: 1 } });
    await server.call("SCRIPT", "KILL");
    await script;
    busy.close();
    expect(targets[0]?.nodes[0]?.facts.reachability).toMatchObject({
      value: { reachable: true, pingError: expect.stringContaining("BUSY") as string },
    });
  });
});

/** A server that speaks TLS on `tlsPort`, beside the plain port that the harness needs. */
async function startTls(settings: { release?: string; certificate?: string; config?: Record<string, string> } = {}) {
  const dir = await temporaryDirectory();
  await writeCertificates(dir);
  const tlsPort = await ports.take({ clusterBus: false });
  const config = {
    "tls-port": String(tlsPort),
    "tls-cert-file": join(dir, `${settings.certificate ?? "server"}.crt`),
    "tls-key-file": join(dir, `${settings.certificate ?? "server"}.key`),
    "tls-ca-cert-file": join(dir, "ca.crt"),
    "tls-auth-clients": "no",
    ...settings.config,
  };
  const server = await startRedis({ release: settings.release ?? newest, dir, config });
  return { server, dir, tls: { host: "127.0.0.1", port: tlsPort } };
}

describe.concurrent("TLS", () => {
  it.each(all)("is spoken with $name, and told apart from plain ports", async ({ name: release }) => {
    const { server, dir, tls } = await startTls({ release });
    expect(await causeOf(tls, { tls: await trusting(dir) })).toBe("reached");
    expect(await causeOf({ ...tls, host: "localhost" }, { tls: await trusting(dir) })).toBe("reached");
    expect(await causeOf(tls)).toBe("tls-expected");
    const short = { timeouts: { connectMs: 1_000, commandMs: 1_000 } };
    expect(await causeOf(server, { tls: await trusting(dir), ...short })).toBe("tls");
  });

  it("is refused with an authority that did not sign, unless told not to look", async () => {
    const { dir, tls } = await startTls();
    expect(await causeOf(tls, { tls: await trusting(dir, "stranger") })).toBe("tls");
    expect(await causeOf(tls, { tls: await trusting(dir, "stranger", { insecure: true }) })).toBe("reached");
  });

  it("is refused for another host's certificate, unless that name is expected", async () => {
    const { dir, tls } = await startTls({ certificate: "elsewhere" });
    expect(await causeOf(tls, { tls: await trusting(dir) })).toBe("tls");
    const expected = await trusting(dir, "ca", { servername: "elsewhere.example" });
    expect(await causeOf(tls, { tls: expected })).toBe("reached");
  });

  it("needs the client's certificate where the server asks for it", async () => {
    const { dir, tls } = await startTls({ config: { "tls-auth-clients": "yes" } });
    expect(await causeOf(tls, { tls: await trusting(dir) })).toBe("tls");
    expect(await causeOf(tls, { tls: await trusting(dir, "ca", await clientCertificate(dir)) })).toBe("reached");
    const unreadable = { cert: "no certificate", key: "no key" };
    expect(await causeOf(tls, { tls: await trusting(dir, "ca", unreadable) })).toBe("tls");
  });

  it("finds the TLS ports of a cluster that has plain ones too, and the plain ones without TLS", async () => {
    const started = await Promise.all([1, 2, 3].map(() => startTls({ config: { "cluster-enabled": "yes" } })));
    await formCluster(
      started.map(({ server }) => ({ endpoint: server, redis: server })),
      { primaryCount: 3 },
    );
    const [{ dir, tls, server }] = started as [Awaited<ReturnType<typeof startTls>>];
    // Every directory has an authority of its own, so only the list is looked at, not the other nodes.
    const overTls = await discover([tls], { kind: "cluster", profile: { tls: await trusting(dir) } });
    const announced = [tls.port, ...(await announcedForTls(server))];
    expect(overTls.nodes).toEqual(announced.map((port) => `primary 127.0.0.1:${port}`).sort());
    const plain = await discover([server], { kind: "cluster" });
    expect(plain.nodes).toEqual(named("primary", ...started.map((one) => one.server)).sort());
  });
});

/**
 * The port that CLUSTER SHARDS announces for TLS, node by node, the asked one's own aside. Redis 7.0 announces plain ports for
 * the others: its bus carries one port for each node.
 */
async function announcedForTls(server: RedisServer): Promise<string[]> {
  const [shards, myId] = await Promise.all([server.call("CLUSTER", "SHARDS"), server.call("CLUSTER", "MYID")]);
  const nodes = (shards as Reply[][]).flatMap((shard) => shard[shard.indexOf("nodes") + 1] as Reply[][]);
  const others = nodes.filter((node) => !node.includes(myId));
  return others.map((node) => String(node[node.indexOf(node.includes("tls-port") ? "tls-port" : "port") + 1]));
}

it("takes an answer that came in time, though this process stood still until the timeout was over", async () => {
  const server = await startRedis();
  const timeouts = { connectMs: 10_000, commandMs: 2_000 };
  const fleet = await openFleet(liveProfile([server], { profile: { timeouts } }), new AbortController().signal);
  const port = await fleet.nodes[0]?.openRedis();
  const asked = port?.call("ECHO", "here");
  standStill(4_000);
  expect(await asked).toBe("here");
  fleet.close();
});

describe("an abort", () => {
  const timeouts = { connectMs: 60_000, commandMs: 60_000 };

  it("ends the wait for a silent server at once, and hangs up", async () => {
    const { port, connected, left } = await watchedListener();
    const abort = new AbortController();
    const profile = liveProfile([{ host: "127.0.0.1", port }], { profile: { timeouts, discover: false } });
    const fleet = await openFleet(profile, abort.signal);
    const asked = Promise.allSettled([fleet.nodes[0]?.openRedis()]);
    await connected;
    const startedAt = performance.now();
    abort.abort();
    expect(await asked).toMatchObject([{ status: "rejected", reason: { kind: "interrupted" } }]);
    await left;
    expect(performance.now() - startedAt).toBeLessThan(30_000);
  });

  it("ends a conversation with a server that has got stuck", async () => {
    const frozen = await startRedis();
    const abort = new AbortController();
    const fleet = await openFleet(liveProfile([frozen], { profile: { timeouts } }), abort.signal);
    const port = await fleet.nodes[0]?.openRedis();
    await frozen.freeze();
    const asked = Promise.allSettled([port?.call("PING")]);
    const startedAt = performance.now();
    abort.abort();
    expect(await asked).toMatchObject([{ status: "rejected", reason: { kind: "interrupted" } }]);
    expect(performance.now() - startedAt).toBeLessThan(30_000);
    await frozen.thaw();
  });

  it("keeps nodes from being dialled afterwards", async () => {
    const server = await startRedis();
    const abort = new AbortController();
    const fleet = await openFleet(liveProfile([server], { profile: { discover: false } }), abort.signal);
    abort.abort();
    await expect(fleet.nodes[0]?.openRedis()).rejects.toMatchObject({ kind: "interrupted" });
  });
});
