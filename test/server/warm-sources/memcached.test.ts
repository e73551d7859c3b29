import { once } from "node:events";
import { connect } from "node:net";
import { beforeAll, describe, expect, it } from "vitest";
import { memcachedReleases, startMemcached, usingServers, type MemcachedServer } from "../../support/servers/index.js";
import { openSource, readSource } from "../../support/warm-sources.js";

usingServers();

const all = await memcachedReleases();
const oldestAndNewest = [...new Set([all[0]?.name ?? "", all.at(-1)?.name ?? ""])];

describe.each(oldestAndNewest)("memcached source on %s", (release) => {
  let server: MemcachedServer;
  const large = `${"x".repeat(300_000)}\n${"y".repeat(300_000)}`;

  beforeAll(async () => {
    server = await startMemcached({ release });
    await server.send("set text 5 600 8\r\ngrüße!");
    await sendBytes(server.port, Buffer.from("set bytes 0 0 2\r\n\xff\xfe\r\n", "latin1"));
    await server.send("set lines 0 0 12\r\na\r\nEN\r\nb\r\nc\r");
    await server.send(`set large 0 0 ${large.length}\r\n${large}`);
    for (let n = 0; n < 1_200; n++) await server.send(`set n:${n} 0 0 ${String(n).length}\r\n${n}`);
  });

  it("gives every item with its value, flags and time left", async () => {
    const { rows, rejected, pages } = await read({});
    expect(rejected).toEqual([]);
    expect(rows).toHaveLength(1_204);
    expect(Math.max(...pages)).toBeLessThanOrEqual(500);
    const byKey = new Map(rows.map((row) => [row["key"], row]));
    expect(byKey.get("text")).toEqual({ key: "text", value: "grüße!", flags: 5, ttlMs: expect.any(Number) });
    expect(Number(byKey.get("text")?.["ttlMs"])).toBeGreaterThan(500_000);
    expect(byKey.get("bytes")).toEqual({ key: "bytes", value: Buffer.from([255, 254]), flags: 0, ttlMs: null });
    expect(byKey.get("lines")?.["value"]).toBe("a\r\nEN\r\nb\r\nc\r");
    expect(byKey.get("large")?.["value"]).toBe(large);
    expect(byKey.get("n:1199")?.["value"]).toBe("1199");
  });

  it("gives those that match, and rejects what is too large", async () => {
    expect((await read({ pattern: "n:11??" })).rows).toHaveLength(100);
    const { rows, rejected } = await read({ pattern: "l*", maxValueBytes: 100_000 });
    expect(rows.map(({ key }) => key)).toEqual(["lines"]);
    expect(rejected).toEqual([
      { place: `${server.address} key large`, text: "large", reason: expect.stringMatching(/more than maxValueBytes/) },
    ]);
  });

  it("goes on behind the servers that were read whole", async () => {
    const other = await startMemcached({ release });
    await other.send("set other 0 0 1\r\n1");
    const from = `memcached://${server.address},${other.address}`;
    const first = await readSource(await openSource({ kind: "memcached", from }), { maxPages: 4 });
    const rest = await readSource(await openSource({ kind: "memcached", from }), { from: [server.address] });
    expect(first.rows).toHaveLength(1_204);
    expect(first.resumeAt).toEqual([server.address]);
    expect(rest.rows.map(({ key }) => key)).toEqual(["other"]);
  });

  it("never takes a lost server, or a list that is too long, for the end", async () => {
    await expect(read({ maxItems: 100 })).rejects.toThrow(/more than 100 such items/);
    const victim = await startMemcached({ release });
    for (let n = 0; n < 1_200; n++) await victim.send(`set n:${n} 0 0 1\r\n1`);
    const source = await openSource({ kind: "memcached", from: `memcached://${victim.address}` });
    await expect(readSource(source, { onPage: () => victim.kill() })).rejects.toMatchObject({ kind: "unreached" });
  });

  async function read(block: Record<string, unknown>) {
    return readSource(await openSource({ kind: "memcached", from: `memcached://${server.address}`, ...block }));
  }
});

/** The harness writes text; resolves when the server has answered. */
async function sendBytes(port: number, bytes: Buffer): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  socket.write(bytes);
  await once(socket, "data");
  socket.destroy();
}
