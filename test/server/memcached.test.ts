import { createServer } from "node:net";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { MemcachedSasl } from "../../src/connect/memcached-sasl.js";
import { openFleet } from "../../src/connect/open-fleet.js";
import type { Fact } from "../../src/model/fact.js";
import type { Endpoint } from "../../src/model/node.js";
import type { ObservedNode } from "../../src/model/observation.js";
import type { Profile } from "../../src/model/profile.js";
import { Secret } from "../../src/model/secret.js";
import { trusting, writeCertificates } from "../support/certificates.js";
import { hangsUpOnce, silentServer } from "../support/fault-servers.js";
import { liveProfile, observeLive, type LiveOptions } from "../support/live.js";
import {
  memcachedReleases,
  serverMode,
  startMemcached,
  startRedis,
  temporaryDirectory,
  usingServers,
  waitUntil,
  type Release,
} from "../support/servers/index.js";
import { ports, registerServer } from "../support/servers/registry.js";
import { serverProcess } from "../support/servers/test-server.js";
import { standStill } from "../support/stand-still.js";
import { watchedListener } from "../support/watched-listener.js";

usingServers();

const all = await memcachedReleases();
const patient = { connectMs: 10_000, commandMs: 10_000 };
/** Where silence is what is expected. */
const short = { timeouts: { connectMs: 1_000, commandMs: 1_000 } };

async function observe(seed: Endpoint, options: LiveOptions = {}): Promise<ObservedNode> {
  const { targets } = await observeLive([], {
    kind: "memcached",
    sampleMs: 0,
    ...options,
    profile: { seeds: [seed], timeouts: patient, ...options.profile },
  });
  const [node] = targets[0]?.nodes ?? [];
  if (node === undefined) throw new Error("nothing was observed");
  return node;
}

/** Why a server cannot be talked to; `reached` when it can. */
async function causeOf(seed: Endpoint, profile: Partial<Profile> = {}): Promise<string> {
  const { facts } = await observe(seed, { profile });
  if (facts.reachability?.ok !== true) throw new Error("reachability is always known");
  return facts.reachability.value.failure?.cause ?? "reached";
}

function login(username: string, password: string, memcachedLogin: Profile["memcachedLogin"]): Partial<Profile> {
  return { credentials: liveProfile([], { username, password }).credentials, memcachedLogin };
}

/** A server in a directory that holds files of the test's; resolves when its port answers. */
async function startIn(dir: string, release: Release, args: string[]): Promise<{ host: string; port: number }> {
  const port = await ports.take({ clusterBus: false });
  const place = { host: "127.0.0.1", port };
  const process = await serverProcess({
    release,
    args: ["-l", place.host, "-p", String(port), "-U", "0", "-u", "root", ...args],
    dir,
  });
  registerServer(() => process.remove());
  await process.start();
  await waitUntil(async () => (await causeOf(place, short)) !== "refused", { what: "it listens", timeoutMs: 20_000 });
  return place;
}

function expectAllKnown({ facts }: ObservedNode): void {
  const entries: [string, Fact<unknown>][] = Object.entries(facts);
  expect(entries.map(([topic]) => topic).sort()).toEqual([
    "memcachedItems",
    "memcachedSettings",
    "memcachedSlabs",
    "memcachedStats",
    "memcachedWindow",
    "reachability",
  ]);
  expect(entries.filter(([, fact]) => !fact.ok)).toEqual([]);
}

describe.concurrent.each(all)("$name", (release) => {
  it("answers every topic over the text protocol, sampled and since start", async () => {
    const server = await startMemcached({ release: release.name });
    await server.send("set k 0 0 1\r\nv");
    for (const sampleMs of [0, 20]) {
      const node = await observe(server, { sampleMs });
      expectAllKnown(node);
      expect(node.facts.memcachedStats).toMatchObject({
        value: { version: expect.stringContaining(release.version) as string },
      });
    }
  });

  it("counts what happened within the sample, and changes nothing itself", async () => {
    const server = await startMemcached({ release: release.name });
    await server.send("set k 0 0 1\r\nv");
    const during = async () => {
      await server.send("get k");
      await server.send("get none");
    };
    const { facts } = await observe(server, { sampleMs: 20, during });
    expect(facts.memcachedWindow).toMatchObject({
      value: { basis: "sample", counters: { get_hits: 1, get_misses: 1, cmd_set: 0, cmd_flush: 0 } },
    });
  });

  it("takes the token of -Y, and tells a missing and a wrong one apart", async () => {
    const dir = await temporaryDirectory();
    await writeFile(join(dir, "tokens"), "ops:s3cret-token\n");
    const server = await startIn(dir, release, ["-Y", "tokens"]);
    const node = await observe(server, { profile: login("ops", "s3cret-token", "ascii") });
    expectAllKnown(node);
    expect(JSON.stringify(node)).not.toContain("s3cret-token");
    expect(await causeOf(server)).toBe("no-password");
    expect(await causeOf(server, login("ops", "wrong", "ascii"))).toBe("wrong-password");
  });

  it("speaks TLS where it was built with it", async () => {
    const dir = await temporaryDirectory();
    await writeCertificates(dir);
    const plain = await startMemcached({ release: release.name });
    expect(await causeOf(plain, { tls: await trusting(dir) })).toBe("tls");
    const { facts } = await observe(plain);
    const built = facts.memcachedSettings?.ok === true && "ssl_enabled" in facts.memcachedSettings.value;
    if (!built) return;
    const server = await startIn(dir, release, ["-Z", "-o", "ssl_chain_cert=server.crt,ssl_key=server.key"]);
    expectAllKnown(await observe(server, { profile: { tls: await trusting(dir) } }));
    expect(await causeOf(server, { tls: await trusting(dir, "stranger") })).toBe("tls");
    expect(await causeOf(server)).toBe("tls-expected");
    // memjs speaks no TLS, and a password must not go out in clear text instead.
    const sasl = { ...login("ops", "right", "sasl"), tls: await trusting(dir) };
    expect(await causeOf(server, sasl)).toBe("tls");
  });

  it("answers through its unix socket", async () => {
    const dir = await temporaryDirectory();
    const path = join(dir, "memcached.sock");
    const process = await serverProcess({ release, args: ["-s", path, "-a", "777", "-u", "root"], dir });
    registerServer(() => process.remove());
    await process.start();
    await waitUntil(async () => (await causeOf({ path })) === "reached", { what: "it listens", timeoutMs: 20_000 });
    const node = await observe({ path });
    expectAllKnown(node);
    expect(node.node.address).toBe(`unix:${path}`);
  });
});

// The program takes SASL's configuration from its environment, which containers of the harness do not have.
if ((await serverMode()) === "binaries") {
  describe.each(all)("SASL on $name", (release) => {
    it("logs in over the binary protocol, and tells a missing and a wrong password apart", async () => {
      const dir = await temporaryDirectory();
      const config = `mech_list: plain\npwcheck_method: saslauthd\nsaslauthd_path: ${join(dir, "mux")}\n`;
      await writeFile(join(dir, "memcached.conf"), config);
      await passwordDaemon(join(dir, "mux"), "ops", "s3cret-sasl");
      process.env["SASL_CONF_PATH"] = dir;
      onTestFinished(() => {
        delete process.env["SASL_CONF_PATH"];
      });
      const server = await startIn(dir, release, ["-S"]);
      const node = await observe(server, { sampleMs: 20, profile: login("ops", "s3cret-sasl", "sasl") });
      expectAllKnown(node);
      expect(JSON.stringify(node)).not.toContain("s3cret-sasl");
      expect(await causeOf(server, login("ops", "wrong", "sasl"))).toBe("wrong-password");
      // It waits for the binary protocol and answers nothing else.
      expect(await causeOf(server, short)).toMatch(/^(timed-out|closed)$/);
    });
  });
}

/** What libsasl asks about a password: counted words user, password, service, realm; the answer is a counted OK or NO. */
async function passwordDaemon(path: string, username: string, password: string): Promise<void> {
  const server = createServer((socket) => {
    let received = Buffer.alloc(0);
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      const words = countedWords(received);
      if (words.length < 4) return;
      const answer = words[0] === username && words[1] === password ? "OK" : "NO";
      socket.end(Buffer.concat([Buffer.from([0, answer.length]), Buffer.from(answer)]));
    });
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  onTestFinished(() => void server.close());
}

function countedWords(received: Buffer): string[] {
  const words: string[] = [];
  let start = 0;
  while (start + 2 <= received.length) {
    const end = start + 2 + received.readUInt16BE(start);
    if (end > received.length) break;
    words.push(received.toString("utf8", start + 2, end));
    start = end;
  }
  return words;
}

describe("a SASL conversation", () => {
  it("ends where the server hangs up on a question, of which memjs tells nobody", async () => {
    const { port } = await hangsUpOnce();
    const credentials = { username: "ops", password: new Secret("p") };
    const attempt = { address: `127.0.0.1:${port}`, protocol: "Memcached" as const, tls: false, timeoutMs: 10_000 };
    const sasl = await MemcachedSasl.create(
      { host: "127.0.0.1", port },
      credentials,
      { ...attempt, hasPassword: true },
      500,
    );
    onTestFinished(() => sasl.close());
    await expect(sasl.stats("")).rejects.toMatchObject({ connectCause: "timed-out" });
    await expect(sasl.stats("slabs")).rejects.toMatchObject({ connectCause: "timed-out" });
  });
});

describe("what is no Memcached", () => {
  it("is told apart: a Redis, a silent server, a closed port", async () => {
    const redis = await startRedis();
    expect(await causeOf(redis)).toBe("not-the-protocol");
    expect(await causeOf({ host: "127.0.0.1", port: await silentServer() }, short)).toBe("timed-out");
    expect(await causeOf({ host: "127.0.0.1", port: 1 })).toBe("refused");
    expect(await causeOf({ path: "/nonexistent/memcached.sock" })).toBe("socket-file");
  });

  it("is told apart when a Memcached is taken for a Redis", async () => {
    const memcached = await startMemcached();
    const { targets } = await observeLive([memcached], { sampleMs: 0 });
    expect(targets[0]?.nodes[0]?.facts.reachability).toMatchObject({
      value: { failure: { cause: "not-the-protocol" } },
    });
  });
});

describe("an abort", () => {
  it.each(["ascii", "sasl"] as const)("ends the wait for a silent server at once (%s)", async (memcachedLogin) => {
    const { port, connected, left } = await watchedListener();
    const abort = new AbortController();
    const timeouts = { connectMs: 60_000, commandMs: 60_000 };
    const profile = { ...login("ops", "p", memcachedLogin), seeds: [{ host: "127.0.0.1", port }], timeouts };
    const fleet = await openFleet(liveProfile([], { kind: "memcached", profile }), abort.signal);
    const asked = Promise.allSettled([fleet.nodes[0]?.openMemcached()]);
    await connected;
    const startedAt = performance.now();
    abort.abort();
    expect(await asked).toMatchObject([{ status: "rejected", reason: { connectCause: "aborted" } }]);
    await left;
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  it("ends a conversation that stands", async () => {
    const server = await startMemcached();
    const abort = new AbortController();
    const profile = { seeds: [{ host: server.host, port: server.port }] };
    const fleet = await openFleet(liveProfile([], { kind: "memcached", profile }), abort.signal);
    const port = await fleet.nodes[0]?.openMemcached();
    await server.freeze();
    const asked = Promise.allSettled([port?.stats()]);
    abort.abort();
    expect(await asked).toMatchObject([{ status: "rejected", reason: { kind: "interrupted" } }]);
    await server.thaw();
  });
});

it("takes an answer that came in time, though this process stood still until the timeout was over", async () => {
  const server = await startMemcached();
  const profile = {
    seeds: [{ host: server.host, port: server.port }],
    timeouts: { connectMs: 10_000, commandMs: 2_000 },
  };
  const fleet = await openFleet(liveProfile([], { kind: "memcached", profile }), new AbortController().signal);
  const port = await fleet.nodes[0]?.openMemcached();
  const asked = port?.stats();
  standStill(4_000);
  expect(await asked).toHaveProperty("pid");
  fleet.close();
});
