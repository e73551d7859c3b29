import { createServer, connect as connectTo, type AddressInfo, type Socket } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { openBulkRedis, type BulkSettings } from "../../src/connect/bulk-redis.js";
import { CachectlError, ConnectError } from "../../src/model/errors.js";
import type { Endpoint } from "../../src/model/node.js";
import { ReplyError, type RedisBulkPort } from "../../src/model/node-port.js";
import { Secret } from "../../src/model/secret.js";
import { encodeCommand } from "../../src/protocol/resp.js";
import { clientCertificate, trusting, writeCertificates } from "../support/certificates.js";
import { collectGarbage } from "../support/collect-garbage.js";
import {
  blackHole,
  cutOffProxy,
  greetingServer,
  hangsUpOnce,
  httpServer,
  silentServer,
} from "../support/fault-servers.js";
import {
  releases,
  startCluster,
  startMemcached,
  startRedis,
  temporaryDirectory,
  usingServers,
  waitUntil,
} from "../support/servers/index.js";
import { ports } from "../support/servers/registry.js";
import { watchedListener } from "../support/watched-listener.js";

usingServers();

const all = await releases();
const plain: BulkSettings = {
  protocol: "Redis",
  credentials: null,
  tls: null,
  database: 0,
  timeouts: { connectMs: 30_000, commandMs: 30_000 },
  readOnly: false,
};

// Tests that run at the same time have no hook of their own.
const opened: RedisBulkPort[] = [];
afterAll(() => {
  for (const port of opened) port.close();
});

async function open(
  endpoint: Endpoint,
  settings: Partial<BulkSettings> = {},
  signal = new AbortController().signal,
): Promise<RedisBulkPort> {
  const place = "path" in endpoint ? { path: endpoint.path } : { host: endpoint.host, port: endpoint.port };
  const port = await openBulkRedis(place, { ...plain, ...settings }, signal);
  opened.push(port);
  return port;
}

/** The code of what opening rejects with; `reached` when it does not. */
async function causeOf(endpoint: Endpoint, settings: Partial<BulkSettings> = {}): Promise<string> {
  try {
    await open(endpoint, settings);
    return "reached";
  } catch (error) {
    if (!(error instanceof CachectlError)) throw error;
    expect(error.hint).not.toBe("");
    return error.code;
  }
}

function as(password: string, username: string | null = null): Partial<BulkSettings> {
  return { credentials: { username, password: new Secret(password) } };
}

const loopback = (port: number) => ({ host: "127.0.0.1", port });

describe.concurrent.each(all)("the bulk connection on $name", ({ name: release }) => {
  it("tells a missing, a wrong and a right login apart", async ({ expect }) => {
    const server = await startRedis({ release, config: { requirepass: "right" } });
    await server.call("ACL", "SETUSER", "öps", "on", ">pässword", "~*", "+ping", "+get");
    expect(await causeOf(server)).toBe("no-password");
    expect(await causeOf(server, as("wrong"))).toBe("wrong-password");
    expect(await causeOf(server, as("right"))).toBe("reached");
    expect(await causeOf(server, as("pässword", "öps"))).toBe("reached");
    expect(await causeOf(server, as("right", "nobody"))).toBe("wrong-password");
    expect(await causeOf(server, { ...as("right"), database: 99 })).toBe("no-such-database");
    expect(await causeOf(server, { ...as("pässword", "öps"), database: 1 })).toBe("not-permitted");
  });

  it("takes an unneeded password, names itself and works in its database", async ({ expect }) => {
    const server = await startRedis({ release });
    const port = await open(server, { ...as("unneeded"), database: 3 });
    await port.call("SET", "k", "v");
    expect(await server.call("DBSIZE")).toBe(0);
    expect(await server.call("CLIENT", "LIST")).toMatch(/name=cachectl .*db=3/);
  });

  it("carries any bytes and a name of 1 MB, and gives refusals as values", async ({ expect }) => {
    const server = await startRedis({ release });
    const port = await open(server);
    const binary = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).join("");
    const long = "n".repeat(1_000_000);
    const request =
      encodeCommand("SET", binary, binary) +
      encodeCommand("SET", long, "v") +
      encodeCommand("LLEN", binary) +
      encodeCommand("GET", binary) +
      encodeCommand("GET", "none") +
      encodeCommand("STRLEN", long) +
      encodeCommand("SCAN", "0", "COUNT", "100");
    const [set, , wrongType, value, none, length, scan] = await port.pipeline(request, 7);
    expect([set, value, none, length]).toEqual(["OK", binary, null, 1]);
    expect(wrongType).toBeInstanceOf(ReplyError);
    expect(wrongType).toMatchObject({ text: expect.stringContaining("WRONGTYPE") });
    expect(scan).toEqual(["0", expect.arrayContaining([binary, long])]);
    await expect(port.call("LLEN", binary)).rejects.toMatchObject({ replyCode: "WRONGTYPE" });
  });

  it("answers overlapping pipelines in their order", async ({ expect }) => {
    const port = await open(await startRedis({ release }));
    const numbers = Array.from({ length: 100 }, (_, i) => i);
    const answers = numbers.map((i) => port.pipeline(encodeCommand("ECHO", `${i}`).repeat(1 + (i % 7)), 1 + (i % 7)));
    expect(await port.pipeline("", 0)).toEqual([]);
    expect(await Promise.all(answers)).toEqual(numbers.map((i) => Array<string>(1 + (i % 7)).fill(`${i}`)));
  });

  it("does not work in the wrong database of a server that is busy, and opens where none is to be selected", async ({
    expect,
  }) => {
    const server = await startRedis({ release, config: { "lua-time-limit": "1" } });
    const busy = server.open();
    const script = busy.call("EVAL", "while true do end", "0").catch(() => "killed");
    const isBusy = () =>
      server.call("GET", "k").then(
        () => false,
        (error: unknown) => /BUSY/.test(String(error)),
      );
    await waitUntil(isBusy, { what: "the server is busy", timeoutMs: 10_000 });
    const other = server.open();
    // From Valkey 9 on SELECT is answered by a busy server too.
    const selects = await other.call("SELECT", "1").then(
      () => "reached",
      () => "server-reply",
    );
    other.close();
    expect(await causeOf(server, { database: 1 })).toBe(selects);
    const port = await open(server);
    await expect(port.call("GET", "k")).rejects.toMatchObject({ replyCode: "BUSY" });
    await server.call("SCRIPT", "KILL");
    await script;
    busy.close();
  });

  it("rejects all that waits, and all after that, when the server dies", async ({ expect }) => {
    const server = await startRedis({ release });
    const port = await open(server);
    const waiting = [port.pipeline(encodeCommand("BLPOP", "none", "0"), 1), port.pipeline(encodeCommand("PING"), 1)];
    const settled = Promise.allSettled(waiting);
    await waitUntil(async () => String(await server.call("INFO", "clients")).includes("blocked_clients:1"), {
      what: "the client is blocked",
      timeoutMs: 10_000,
    });
    await server.kill();
    const reason = { connectCause: "closed" };
    expect(await settled).toMatchObject([
      { status: "rejected", reason },
      { status: "rejected", reason },
    ]);
    await expect(port.call("PING")).rejects.toMatchObject(reason);
  });
});

describe.concurrent("the bulk connection", () => {
  it("reads from the replica of a cluster itself", async ({ expect }) => {
    const { replicas } = await startCluster({ replicasPerPrimary: 1 });
    const [replica] = replicas;
    if (replica === undefined) throw new Error("no replica");
    const readAll = async (readOnly: boolean) => {
      const port = await open(replica, { readOnly });
      const letters = Array.from({ length: 16 }, (_, i) => `key:${i}`);
      const replies = await port.pipeline(letters.map((key) => encodeCommand("TYPE", key)).join(""), letters.length);
      return replies.filter((reply) => reply === "none").length;
    };
    expect(await readAll(false)).toBe(0);
    expect(await readAll(true)).toBeGreaterThan(0);
  });

  it("asks no server outside of a cluster for more than it has", async ({ expect }) => {
    expect(await causeOf(await startRedis(), { readOnly: true })).toBe("reached");
  });

  it("is reached through a unix socket", async ({ expect }) => {
    const dir = await temporaryDirectory();
    const path = join(dir, "redis.sock");
    await startRedis({ dir, config: { unixsocket: path, unixsocketperm: "777" } });
    expect(await causeOf({ path })).toBe("reached");
    expect(await causeOf({ path: join(dir, "none.sock") })).toBe("socket-file");
  });

  it("says that a server has no room for one more client", async ({ expect }) => {
    const server = await startRedis({ config: { maxclients: "1" } });
    await server.call("PING");
    expect(await causeOf(server)).toBe("max-clients");
  });
});

describe("what is no Redis", () => {
  it("is told apart: Memcached, a web server, a greeting, nothing", async () => {
    expect(await causeOf(await startMemcached())).toBe("not-the-protocol");
    expect(await causeOf(loopback(await httpServer()))).toBe("not-the-protocol");
    expect(await causeOf(loopback(await greetingServer("SSH-2.0-OpenSSH\r\n")))).toBe("not-the-protocol");
    expect(await causeOf(loopback(await greetingServer("-DENIED Redis is running in protected mode\r\n")))).toBe(
      "protected-mode",
    );
    expect(await causeOf(loopback(1))).toBe("refused");
    expect(await causeOf({ host: "no-such-host.invalid", port: 1 })).toBe("unknown-host");
  });

  it("costs one connect timeout where nothing answers: a silent server, a black hole", async () => {
    const timeouts = { connectMs: 300, commandMs: 60_000 };
    expect(await causeOf(loopback(await silentServer()), { timeouts })).toBe("timed-out");
    expect(await causeOf(loopback(await blackHole()), { timeouts })).toBe("timed-out");
  });

  it("costs one connect timeout where it hangs up and then says nothing to a TLS hello", async () => {
    const { port, second } = await hangsUpOnce();
    const cause = causeOf(loopback(port), { timeouts: { connectMs: 2_000, commandMs: 60_000 } });
    await Promise.race([second, cause]);
    // A time that is kept only in passing would never be over.
    collectGarbage();
    expect(await cause).toBe("closed");
  });
});

async function startTls(config: Record<string, string> = {}) {
  const dir = await temporaryDirectory();
  await writeCertificates(dir);
  const tlsPort = await ports.take({ clusterBus: false });
  const server = await startRedis({
    dir,
    config: {
      "tls-port": String(tlsPort),
      "tls-cert-file": join(dir, "server.crt"),
      "tls-key-file": join(dir, "server.key"),
      "tls-ca-cert-file": join(dir, "ca.crt"),
      "tls-auth-clients": "no",
      ...config,
    },
  });
  return { server, dir, tls: loopback(tlsPort) };
}

describe("TLS", () => {
  it("is spoken, and told apart from plain ports on both sides", async () => {
    const { server, dir, tls } = await startTls();
    const port = await open(tls, { tls: await trusting(dir) });
    const value = "v".repeat(300_000);
    await port.call("SET", "k", value);
    expect(await port.call("GET", "k")).toBe(value);
    expect(await causeOf(tls)).toBe("tls-expected");
    expect(await causeOf(tls, { tls: await trusting(dir, "stranger") })).toBe("tls");
    const timeouts = { connectMs: 500, commandMs: 500 };
    expect(await causeOf(server, { tls: await trusting(dir), timeouts })).toBe("tls");
  });

  it("needs the client's certificate where the server asks for it", async () => {
    const { dir, tls } = await startTls({ "tls-auth-clients": "yes" });
    expect(await causeOf(tls, { tls: await trusting(dir) })).toBe("tls");
    expect(await causeOf(tls, { tls: await trusting(dir, "ca", await clientCertificate(dir)) })).toBe("reached");
    expect(await causeOf(tls, { tls: await trusting(dir, "ca", { cert: "none", key: "none" }) })).toBe("tls");
  });

  it("is not blamed when an open connection breaks", async () => {
    const { server, dir, tls } = await startTls();
    const port = await open(tls, { tls: await trusting(dir) });
    const waiting = Promise.allSettled([port.call("BLPOP", "none", "0")]);
    await server.kill();
    expect(await waiting).toMatchObject([{ reason: { connectCause: "closed" } }]);
  });
});

describe("silence", () => {
  it("ends the wait after the command timeout", async () => {
    const server = await startRedis();
    const port = await open(server, { timeouts: { connectMs: 5_000, commandMs: 1_000 } });
    await server.freeze();
    onTestFinished(() => server.thaw());
    await expect(port.call("PING")).rejects.toMatchObject({
      connectCause: "timed-out",
      message: `${server.address} stopped answering for 1 s`,
    });
  });

  it("is not what a slow answer is, as long as bytes keep coming", async () => {
    const value = "v".repeat(40_000);
    const server = await startRedis();
    await server.call("SET", "k", value);
    const commandMs = 2_000;
    const port = await open(loopback(await trickle(server.port, 4_000, 250)), {
      timeouts: { connectMs: 5_000, commandMs },
    });
    const startedAt = performance.now();
    expect(await port.call("GET", "k")).toBe(value);
    expect(performance.now() - startedAt).toBeGreaterThan(commandMs);
  });

  it("is what an answer ends in that breaks off", async () => {
    const server = await startRedis();
    await server.call("SET", "k", "v".repeat(40_000));
    const port = await open(loopback(await cutOffProxy(server.port, 10_000)), {
      timeouts: { connectMs: 5_000, commandMs: 1_000 },
    });
    await expect(port.call("GET", "k")).rejects.toMatchObject({ connectCause: "timed-out" });
  });

  it("does not count while nothing is asked", async () => {
    const server = await startRedis();
    const port = await open(server, { timeouts: { connectMs: 5_000, commandMs: 1_000 } });
    expect(await port.call("PING")).toBe("PONG");
    // Longer than the command timeout of this connection, waited for on the server's side.
    const other = await open(server);
    await other.call("BLPOP", "none", "1.5");
    expect(await port.call("PING")).toBe("PONG");
  });
});

/** Passes on what the server says in small pieces with a pause between. */
async function trickle(port: number, pieceBytes: number, pauseMs: number): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connectTo(port, "127.0.0.1");
    sockets.add(client).add(upstream);
    for (const socket of [client, upstream]) socket.on("error", () => {});
    client.pipe(upstream);
    void (async () => {
      for await (const chunk of upstream) {
        const bytes = chunk as Buffer;
        for (let at = 0; at < bytes.length; at += pieceBytes) {
          client.write(bytes.subarray(at, at + pieceBytes));
          if (bytes.length > pieceBytes) await new Promise((resolve) => setTimeout(resolve, pauseMs));
        }
      }
    })().catch(() => client.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

describe("an abort", () => {
  const timeouts = { connectMs: 60_000, commandMs: 60_000 };

  it("ends the login of a silent server at once, and hangs up", async () => {
    const { port, connected, left } = await watchedListener();
    const abort = new AbortController();
    const asked = Promise.allSettled([open(loopback(port), { timeouts }, abort.signal)]);
    await connected;
    abort.abort();
    expect(await asked).toMatchObject([{ status: "rejected", reason: { kind: "interrupted" } }]);
    await left;
  });

  it("ends what waits on an open connection", async () => {
    const abort = new AbortController();
    const port = await open(await startRedis(), { timeouts }, abort.signal);
    const waiting = Promise.allSettled([port.call("BLPOP", "none", "0"), port.call("PING")]);
    abort.abort();
    const rejected = { status: "rejected", reason: { kind: "interrupted" } };
    expect(await waiting).toMatchObject([rejected, rejected]);
  });

  it("is heard before anything is dialled", async () => {
    const failed = open(await startRedis(), {}, AbortSignal.abort());
    await expect(failed).rejects.toBeInstanceOf(ConnectError);
    await expect(failed).rejects.toMatchObject({ kind: "interrupted" });
  });

  it("takes its listener away with each connection that is closed", async () => {
    const server = await startRedis();
    const abort = new AbortController();
    let listening = 0;
    const { signal } = abort;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listening++;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listening--;
      remove(...args);
    };
    const port = await open(server, {}, signal);
    expect(listening).toBe(1);
    port.close();
    await waitUntil(() => Promise.resolve(listening === 0), { what: "nothing listens", timeoutMs: 5_000 });
  });
});
