import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { json, raw, status, TestHttpServer } from "../../../support/http-server.js";
import { temporaryDirectory, usingServers } from "../../../support/servers/index.js";
import { openSource, problemsOf, readSource } from "../../../support/warm-sources.js";

usingServers();

let server: TestHttpServer;
let other: TestHttpServer;

beforeAll(async () => {
  server = await TestHttpServer.start();
  other = await TestHttpServer.start();
});

describe("documents", () => {
  it("are rows: elements of an array, an object, a value that is none", async () => {
    const list = server.on("/rows", json({ data: { items: [{ id: 1 }, { id: 2 }, 3] } }));
    const rows = await read({ urls: [list], rows: "data.items" });
    expect(rows.rows).toEqual([
      { id: 1, _url: list },
      { id: 2, _url: list },
      { value: 3, _url: list },
    ]);
    expect(rows.places).toEqual([`${list} item 1`, `${list} item 2`, `${list} item 3`]);
    const one = server.on("/one", json({ id: 7 }));
    expect((await read({ urls: [one] })).rows).toEqual([{ id: 7, _url: one }]);
  });

  it("come in the order of the manifest, some at a time", async () => {
    let open = 0;
    let most = 0;
    const urls = Array.from({ length: 12 }, (_, n) =>
      server.on(`/nth/${n}`, (_request, response) => {
        most = Math.max(most, ++open);
        setTimeout(
          () => {
            open--;
            response.writeHead(200).end(`[{"n":${n}}]`);
          },
          40 - 3 * n,
        );
      }),
    );
    const { rows } = await read({ urls, concurrency: 3 });
    expect(rows.map(({ n }) => n)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(most).toBe(3);
  });

  it("may be lines, text or bytes, packed or not; a bad line is rejected", async () => {
    const lines = server.on("/lines", (_, response) => {
      const packed = gzipSync('{"id":1}\n{"id":\n\n{"id":3}\n');
      response.writeHead(200, { "content-encoding": "gzip", "content-length": packed.length }).end(packed);
    });
    const read1 = await read({ urls: [lines], response: "ndjson" });
    expect(read1.rows).toEqual([
      { id: 1, _url: lines },
      { id: 3, _url: lines },
    ]);
    expect(read1.rejected).toEqual([{ place: `${lines} line 2`, reason: expect.any(String), text: '{"id":' }]);
    const page = server.on("/page", (_, response) => {
      response.writeHead(200, { "content-type": "text/html" }).end("<p>grüße</p>");
    });
    expect((await read({ urls: [page], response: "text" })).rows).toEqual([
      { _url: page, body: "<p>grüße</p>", contentType: "text/html" },
    ]);
    expect((await read({ urls: [page], response: "bytes" })).rows[0]?.["body"]).toEqual(Buffer.from("<p>grüße</p>"));
  });

  it("go on behind the last one that was written", async () => {
    const urls = [1, 2, 3].map((n) => server.on(`/resume/${n}`, json([{ n }])));
    const first = await read({ urls }, { maxPages: 2 });
    expect(first.resumeAt).toEqual({ done: 2, last: urls[1] });
    expect((await read({ urls }, { from: first.resumeAt })).rows.map(({ n }) => n)).toEqual([3]);
    await expect(read({ urls: urls.slice(1) }, { from: first.resumeAt })).rejects.toMatchObject({
      code: "resume-point",
    });
  });
});

describe("a list endpoint", () => {
  it("is followed by its Link header to the end", async () => {
    const second = server.on("/list?page=2", json([{ id: 3 }]));
    const first = server.on(
      "/list",
      json([{ id: 1 }, { id: 2 }], { link: `</list>; rel="self", <${second}>; rel="next"` }),
    );
    expect((await read({ list: { url: first } })).rows.map(({ id }) => id)).toEqual([1, 2, 3]);
  });

  it("is followed by a field, and its elements' own URLs are fetched", async () => {
    server.on("/items/1", json({ id: 1 }));
    server.on("/items/2", json({ id: 2 }));
    server.on("/list2?page=2", json({ data: [{ href: "/items/2" }], next: null }));
    const first = server.on("/list2", json({ data: [{ href: "/items/1" }], next: "/list2?page=2" }));
    const { rows } = await read({ list: { url: first, rows: "data", next: "next", fetch: "href" } });
    expect(rows.map(({ id }) => id)).toEqual([1, 2]);
  });

  it("is not followed in a circle or without end", async () => {
    const first = server.on("/circle", json([], { link: '</circle>; rel="next"' }));
    await expect(read({ list: { url: first } })).rejects.toThrow(/one that was read before/);
    for (let n = 0; n < 4; n++) server.on(`/endless/${n}`, json([], { link: `</endless/${n + 1}>; rel="next"` }));
    const endless = `${server.origin}/endless/0`;
    await expect(read({ list: { url: endless, maxPages: 3 } })).rejects.toThrow(/more than 3 pages/);
  });
});

describe("what is not whole is no data", () => {
  const head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
  const cases: [name: string, bytes: string | Buffer, format: string, says: RegExp][] = [
    [
      "a body shorter than its length",
      `${head}content-length: 40\r\n\r\n[{"id":1}]`,
      "json",
      /cut off after 10 of 40 bytes/,
    ],
    [
      "a chunked body without its end",
      `${head}transfer-encoding: chunked\r\n\r\na\r\n[{"id":1}]\r\n`,
      "json",
      /cut off after 10 bytes/,
    ],
    [
      "lines cut between two lines",
      `${head}content-length: 18\r\n\r\n{"id":1}\n`,
      "ndjson",
      /cut off after 9 of 18 bytes/,
    ],
    ["half a packed body in a whole answer", halfPacked(), "text", /cut off after .*unexpected end of file/],
    [
      "text that ends with the connection",
      `${head}connection: close\r\n\r\nhello`,
      "text",
      /does not say where the body ends/,
    ],
    ["half a JSON that ends with the connection", `${head}connection: close\r\n\r\n[{"id":1},`, "json", /not JSON/],
    ["half a JSON of the right length", `${head}content-length: 10\r\n\r\n[{"id":1},`, "json", /not JSON/],
  ];

  it.each(cases)("%s", async (name, bytes, format, says) => {
    const url = server.on(`/cut/${encodeURIComponent(name)}`, raw(bytes));
    await expect(read({ urls: [url], response: format, retries: 1 })).rejects.toMatchObject({
      code: "fetch-failed",
      kind: "unreached",
      message: expect.stringMatching(says),
    });
    const { rows, rejected } = await read({ urls: [url], response: format, retries: 0, onError: "reject" });
    expect({ rows, place: rejected[0]?.place, reason: rejected[0]?.reason }).toEqual({
      rows: [],
      place: url,
      reason: expect.stringMatching(says),
    });
  });

  it("a whole JSON may end with the connection", async () => {
    const url = server.on("/unframed", raw(`${head}connection: close\r\n\r\n[{"id":1}]`));
    expect((await read({ urls: [url] })).rows).toEqual([{ id: 1, _url: url }]);
  });

  it("a body that is too large", async () => {
    const url = server.on("/large", json("x".repeat(5_000)));
    await expect(read({ urls: [url], maxBodyBytes: 4_000 })).rejects.toThrow(/larger than 4000 bytes/);
  });
});

describe("retries", () => {
  it("wait ever longer, scattered, and end with the answer", async () => {
    const waits: number[] = [];
    const url = server.on("/flaky", status(500), status(503), raw(""), json([{ id: 1 }]));
    const { rows } = await read({ urls: [url], firstWait: "100ms" }, {}, { clock: clock(waits), random: () => 0 });
    expect(rows).toHaveLength(1);
    expect(waits).toEqual([50, 100, 200]);
  });

  it("wait as long as the server asks, and not for one that asks too much", async () => {
    const waits: number[] = [];
    const url = server.on("/busy", status(429, { "retry-after": "7" }), json([]));
    await read({ urls: [url] }, {}, { clock: clock(waits) });
    expect(waits).toEqual([7_000]);
    const closed = server.on("/closed", status(503, { "retry-after": "3600" }));
    await expect(read({ urls: [closed] })).rejects.toThrow(
      "HTTP status 503 (1 try, and the server asks to wait 3600 s)",
    );
  });

  it("are not made where they cannot help", async () => {
    const url = server.on("/forbidden", status(403));
    await expect(read({ urls: [url] })).rejects.toThrow(/HTTP status 403$/);
    expect(server.asked.filter((path) => path === "/forbidden")).toHaveLength(1);
  });

  it("end: the failure says how often was tried", async () => {
    const url = server.on("/down", status(502));
    await expect(read({ urls: [url], retries: 2 })).rejects.toThrow(/HTTP status 502 \(3 tries\)/);
  });
});

describe("time-outs", () => {
  it("are told apart: no answer, and one that stalls", async () => {
    const silent = server.on("/silent", () => {});
    await expect(read({ urls: [silent], firstByteTimeout: "100ms", retries: 0 })).rejects.toThrow(
      /no answer within 100 ms/,
    );
    const stalls = server.on("/stalls", (_, response) => {
      response.writeHead(200, { "content-length": "100" }).write("[");
    });
    await expect(read({ urls: [stalls], timeout: "200ms", retries: 0 })).rejects.toThrow(/took longer than 200 ms/);
  });

  it("an upgrade that was not asked for ends the request at once", async () => {
    const url = server.on("/upgrade", (request) => {
      request.socket.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
    });
    await expect(read({ urls: [url], retries: 0 })).rejects.toThrow(/closed without an answer/);
  });

  it("an interrupted run ends at once", async () => {
    const controller = new AbortController();
    const url = server.on("/interrupted", () => controller.abort());
    await expect(read({ urls: [url] }, { signal: controller.signal })).rejects.toMatchObject({ kind: "interrupted" });
  });
});

describe("redirects", () => {
  it("are followed, with the login only within the origins of the manifest", async () => {
    let seen: string | undefined = "not asked";
    const target = other.on("/target", (request, response) => {
      seen = request.headers.authorization;
      response.writeHead(200).end("[]");
    });
    const within = server.on("/within", status(302, { location: "/to" }));
    server.on("/to", (request, response) => {
      expect(request.headers.authorization).toBe("Bearer token-1");
      response.writeHead(307, { location: target }).end();
    });
    await read({ urls: [within], bearer: { env: "TOKEN" } }, {}, { env: { TOKEN: "token-1" } });
    expect(seen).toBeUndefined();
  });

  it("are bounded, and lead to http and https only", async () => {
    const loop = server.on("/loop", status(301, { location: "/loop" }));
    await expect(read({ urls: [loop], maxRedirects: 3 })).rejects.toThrow(/more than 3 redirects/);
    const file = server.on("/file", status(302, { location: "file:///etc/passwd" }));
    await expect(read({ urls: [file] })).rejects.toThrow(/neither http nor https/);
  });
});

describe("ETags", () => {
  it("skip what has not changed since it was written, and forget what was not", async () => {
    const etags = join(await temporaryDirectory(), "etags.json");
    const url = server.on("/etag", (request, response) => {
      if (request.headers["if-none-match"] === '"v1"') response.writeHead(304).end();
      else response.writeHead(200, { etag: '"v1"' }).end('[{"id":1}]');
    });
    const source = await openSource({ kind: "http", urls: [url], etags });
    expect((await readSource(source)).rows).toHaveLength(1);
    // Not written: the next run reads it again.
    expect((await read({ urls: [url], etags })).rows).toHaveLength(1);
    const written = (await openSource({ kind: "http", urls: [url], etags })) as typeof source & {
      committed(): Promise<void>;
    };
    await readSource(written);
    await written.committed();
    expect(JSON.parse(await readFile(etags, "utf8"))).toEqual({ version: 1, etags: { [url]: '"v1"' } });
    expect((await read({ urls: [url], etags })).rows).toEqual([]);
  });

  it("are not read from a file that is something else", async () => {
    const etags = join(await temporaryDirectory(), "etags.json");
    await writeFile(etags, "[1]");
    await expect(read({ urls: [server.origin], etags })).rejects.toMatchObject({ code: "etags-file", kind: "usage" });
  });
});

describe("the manifest's block", () => {
  it("is refused with all that is wrong, never repeating a value", () => {
    const problems = problemsOf({
      kind: "http",
      urls: ["http://me:secret@host/"],
      list: { url: "ftp://x" },
      retries: -1,
      etag: "x",
    });
    expect(problems.join("\n")).not.toContain("secret");
    expect(problems).toEqual(
      expect.arrayContaining([
        "urls.0: must be an http:// or https:// URL without a user and password in it",
        "list.url: must be an http:// or https:// URL without a user and password in it",
        "retries: must be a whole number from 0 to 20",
        "etag: unknown field `etag` (did you mean `etags`?)",
      ]),
    );
    expect(problemsOf({ kind: "http" })).toEqual([": must have either `urls` or `list`"]);
  });
});

function clock(waits: number[]) {
  return {
    now: () => Date.now(),
    monotonicMs: () => performance.now(),
    sleep: (ms: number) => {
      waits.push(ms);
      return Promise.resolve();
    },
  };
}

function halfPacked(): Buffer {
  const packed = gzipSync("hello ".repeat(100));
  const half = packed.subarray(0, packed.length - 12);
  const head = `HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${half.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), half]);
}

async function read(
  block: Record<string, unknown>,
  options: Parameters<typeof readSource>[1] = {},
  deps: Parameters<typeof openSource>[1] = {},
) {
  return readSource(await openSource({ kind: "http", ...block }, deps), options);
}
