import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, describe, expect, it } from "vitest";
import { startRedis, usingServers } from "../support/servers/index.js";
import { startPostgres } from "../support/servers/start-postgres.js";
import { figure, runWarm, userMap, warmFiles } from "../support/warm-run.js";

usingServers();

const documents: Server[] = [];
afterAll(() => documents.forEach((server) => server.close()));

describe("warm from something that is not a file", () => {
  it("takes rows of a PostgreSQL query, with a parameter and a secret from the environment", async () => {
    const [database, cache] = await Promise.all([startPostgres(), startRedis()]);
    const source = `
  kind: postgres
  host: ${database.host}
  port: ${database.port}
  user: ${database.user}
  database: ${database.database}
  tls: false
  password: { env: TEST_DATABASE }
  query: SELECT id, 'user ' || id AS name FROM generate_series(1, 5000) AS id WHERE id <= :most
  params: { most: 3000 }
  resumeBy: id`;
    const { manifest } = await warmFiles([], userMap, source);
    const run = await runWarm([manifest, "-p", `redis://${cache.address}`], { TEST_DATABASE: database.password });
    expect({ code: run.code, error: run.report.error }).toEqual({ code: 0, error: undefined });
    expect(figure(run.report, "items written")).toBe(3_000);
    expect(await cache.call("DBSIZE")).toBe(3_000);
    expect(JSON.parse(String(await cache.call("GET", "user:3000")))).toEqual({ id: 3000, name: "user 3000" });
    expect(run.stdout + run.stderr).not.toContain(database.password);
  });

  it("copies another Redis with DUMP and RESTORE, values and remaining lives as they are", async () => {
    const [old, cache] = await Promise.all([startRedis(), startRedis()]);
    await old.call("SET", "page:1", "a", "PX", "600000");
    await old.call("HSET", "page:2", "field", "value");
    await old.call("SET", "other", "b");
    const { manifest } = await warmFiles(
      [],
      ['key: "{key}"', "type: restore"],
      `{ kind: redis, from: "redis://${old.address}", pattern: "page:*" }`,
    );
    const run = await runWarm([manifest, "-p", `redis://${cache.address}`]);
    expect({ code: run.code, error: run.report.error }).toEqual({ code: 0, error: undefined });
    expect(await cache.call("GET", "page:1")).toBe("a");
    const left = Number(await cache.call("PTTL", "page:1"));
    expect(left > 500_000 && left <= 600_000).toBe(true);
    expect(await cache.call("HGETALL", "page:2")).toEqual(["field", "value"]);
    expect(await cache.call("PTTL", "page:2")).toBe(-1);
    expect(await cache.call("EXISTS", "other")).toBe(0);
  });

  it("does not overwrite good data with a document that cannot be fetched whole", async () => {
    const cache = await startRedis();
    await cache.call("SET", "user:1", "good");
    const url = await serve('[{ "id": 1, "name": "new" }, { "id": 2');
    const { manifest } = await warmFiles([], userMap, `{ kind: http, urls: ["${url}"], retries: 0 }`);
    const run = await runWarm([manifest, "-p", `redis://${cache.address}`]);
    expect(run.code).toBe(4);
    expect(await cache.call("GET", "user:1")).toBe("good");
    expect(await cache.call("DBSIZE")).toBe(1);
  });

  it("fetches a document that has not changed only once", async () => {
    const cache = await startRedis();
    const url = await serve('[{ "id": 1, "name": "new" }]', "v1");
    const { manifest } = await warmFiles([], userMap, `{ kind: http, urls: ["${url}"], etags: etags.json }`);
    const first = await runWarm([manifest, "-p", `redis://${cache.address}`]);
    const second = await runWarm([manifest, "-p", `redis://${cache.address}`]);
    expect([first.code, second.code]).toEqual([0, 0]);
    expect([figure(first.report, "items written"), figure(second.report, "items written")]).toEqual([1, 0]);
  });
});

/** A local HTTP server with this one document; 304 for whoever has it already. */
async function serve(body: string, etag?: string): Promise<string> {
  const server = createServer((request, response) => {
    if (etag !== undefined && request.headers["if-none-match"] === `"${etag}"`) response.writeHead(304).end();
    else
      response
        .writeHead(200, {
          "content-type": "application/json",
          ...(etag === undefined ? {} : { etag: `"${etag}"` }),
        })
        .end(body);
  });
  documents.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/rows.json`;
}
