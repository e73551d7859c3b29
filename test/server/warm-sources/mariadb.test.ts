import { createConnection, type Connection } from "mysql2/promise";
import { beforeAll, describe, expect, it } from "vitest";
import { startMariadb, usingServers, waitUntil, type TestMariadb } from "../../support/servers/index.js";
import { openSource, readSource } from "../../support/warm-sources.js";

usingServers();

let server: TestMariadb;

beforeAll(async () => {
  server = await startMariadb();
  await admin(async (connection) => {
    await connection.query("CREATE TABLE items (id BIGINT PRIMARY KEY, text VARCHAR(200), at TIMESTAMP(6) NULL)");
    await connection.query(
      "INSERT INTO items SELECT 9007199254740000 + seq, CONCAT('item ', seq), '2026-01-02 03:04:05.123456' FROM seq_1_to_3000",
    );
  });
});

describe("mysql source", () => {
  it("gives every type as the documentation says", async () => {
    const { rows } = await read({
      query: `SELECT CAST(1 AS INT) AS small, 9007199254740991 AS big, 9007199254740993 AS huge, CAST(12.50 AS DECIMAL(10,2)) AS exact,
        0.1e0 AS \`double\`, TRUE AS yes, NULL AS nothing, 'grüße 🙂' AS text, x'00ff' AS bytes, CAST('2026-01-02' AS DATE) AS day,
        CAST('2026-01-02 03:04:05.123456' AS DATETIME(6)) AS local, at AS instant, CAST('27:00:00' AS TIME) AS span,
        JSON_OBJECT('a', 1) AS json, CAST(18446744073709551615 AS UNSIGNED) AS most FROM items LIMIT 1`,
      jsonColumns: ["json"],
    });
    expect(rows).toEqual([
      {
        small: 1,
        big: 9007199254740991,
        huge: "9007199254740993",
        exact: "12.50",
        double: 0.1,
        yes: 1,
        nothing: null,
        text: "grüße 🙂",
        bytes: Buffer.from([0, 255]),
        day: "2026-01-02",
        local: "2026-01-02T03:04:05.123456",
        instant: expect.stringMatching(/^2026-01-02T\d\d:04:05\.123456Z$/),
        span: "27:00:00",
        json: { a: 1 },
        most: "18446744073709551615",
      },
    ]);
  });

  it("takes parameters by position and by name", async () => {
    const byPosition = await read({ query: "SELECT ? AS a, ? AS b", params: ["x", 3] });
    const byName = await read({ query: "SELECT :a AS a, ':a' AS text, 'it\\'s :b' AS b", params: { a: "y" } });
    expect([byPosition.rows, byName.rows]).toEqual([[{ a: "x", b: 3 }], [{ a: "y", text: ":a", b: "it's :b" }]]);
  });

  it("reads a million rows in bounded memory, no faster than they are taken", async () => {
    const source = await open({ query: "SELECT seq AS id, REPEAT('x', 100) AS text FROM seq_1_to_1000000" });
    let rows = 0;
    let highest = 0;
    globalThis.gc?.();
    const before = process.memoryUsage().rss;
    for await (const page of source.pages(null, new AbortController().signal)) {
      rows += page.rows.length;
      highest = Math.max(highest, process.memoryUsage().rss);
      expect(page.rows.length).toBeLessThanOrEqual(1_000);
    }
    await source.close();
    expect(rows).toBe(1_000_000);
    // All of them at once would be over 300 MB.
    expect((highest - before) / 1_048_576).toBeLessThan(150);
  });

  it("goes on from any page by integers beyond 2^53 without losing or repeating more than one row", async () => {
    const block = {
      query: "SELECT id, text FROM items WHERE id > :least;",
      params: { least: 0 },
      resumeBy: "id",
      pageRows: 100,
    };
    const first = await read(block, { maxPages: 15 });
    expect(first.resumeAt).toEqual({ rows: 1_500, after: { integer: "9007199254741500" } });
    const rest = await read(block, { from: first.resumeAt });
    expect(new Set([...first.rows, ...rest.rows].map(({ id }) => id)).size).toBe(3_000);
    expect(rest.rows.length).toBe(1_501);
  });

  it("goes on by times of microseconds", async () => {
    const query = "SELECT CAST('2026-01-02' AS DATETIME(6)) + INTERVAL seq MICROSECOND AS at FROM seq_0_to_399";
    const block = { query, resumeBy: "at", pageRows: 50 };
    const first = await read(block, { maxPages: 3 });
    const rest = await read(block, { from: first.resumeAt });
    expect(new Set([...first.rows, ...rest.rows].map(({ at }) => at)).size).toBe(400);
    expect(rest.rows.length).toBe(251);
  });

  it("refuses to write, and passes on why a query is refused", async () => {
    await expect(read({ query: "DELETE FROM items" })).rejects.toMatchObject({ code: "query-refused", kind: "usage" });
    await expect(read({ query: "SELECT nothing FROM items" })).rejects.toThrow(/Unknown column 'nothing'/);
    await expect(read({ query: "SET @a = 1" })).rejects.toThrow("the mysql query was refused: it gives no rows");
    expect((await read({ query: "SELECT COUNT(*) AS n FROM items" })).rows).toEqual([{ n: 3_000 }]);
  });

  it("gives up on a query that does not answer in time", async () => {
    const failure = read({ query: "SELECT SLEEP(30)", statementTimeout: "300ms" });
    await expect(failure).rejects.toMatchObject({ code: "source-timeout", kind: "unreached" });
  });

  it("never takes a broken connection for the end", async () => {
    const source = await open({
      query: "SELECT seq AS n, REPEAT('x', 1000) AS text FROM seq_1_to_100000",
      pageRows: 100,
    });
    const reading = readSource(source, {
      onPage: async ({ rows }) => {
        if (rows[0]?.["n"] === 101) await admin(killReaders);
      },
    });
    await expect(reading).rejects.toMatchObject({ code: "source-unreachable", kind: "unreached" });
  });

  it("stops when the run is interrupted", async () => {
    const controller = new AbortController();
    const reading = read({ query: "SELECT SLEEP(50)" }, { signal: controller.signal });
    await waitUntil(async () => (await admin(readers)).length === 1, { what: "the query runs", timeoutMs: 20_000 });
    controller.abort();
    await expect(reading).rejects.toMatchObject({ kind: "interrupted" });
  });

  it("says what is wrong with a login or an address, without the password", async () => {
    const login = open({ query: "SELECT 1", password: "not-the-password" });
    await expect(login).rejects.toMatchObject({
      code: "source-login",
      message: expect.not.stringContaining("not-the-password"),
    });
    await expect(open({ query: "SELECT 1", port: 1 })).rejects.toMatchObject({ code: "source-unreachable" });
  });
});

function open(block: Record<string, unknown>): ReturnType<typeof openSource> {
  const { host, port, user, password, database } = server;
  return openSource({ kind: "mysql", host, port, user, password, database, ...block });
}

async function read(block: Record<string, unknown>, options?: Parameters<typeof readSource>[1]) {
  return readSource(await open(block), options);
}

async function admin<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
  const { host, port, user, password, database } = server;
  const connection = await createConnection({ host, port, user, password, database });
  try {
    return await work(connection);
  } finally {
    await connection.end();
  }
}

async function readers(connection: Connection): Promise<number[]> {
  const [rows] = await connection.query("SHOW PROCESSLIST");
  const own = connection.threadId;
  return (rows as { Id: number; Command: string }[])
    .filter(({ Id, Command }) => Id !== own && /Query|Execute/.test(Command))
    .map(({ Id }) => Id);
}

async function killReaders(connection: Connection): Promise<void> {
  for (const id of await readers(connection)) await connection.query(`KILL ${id}`);
}
