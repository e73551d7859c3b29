import pg from "pg";
import { beforeAll, describe, expect, it } from "vitest";
import { startPostgres, usingServers, waitUntil, type TestPostgres } from "../../support/servers/index.js";
import { openSource, readSource } from "../../support/warm-sources.js";

usingServers();

let server: TestPostgres;

beforeAll(async () => {
  server = await startPostgres();
});

describe("postgres source", () => {
  it("gives every type as the documentation says", async () => {
    const { rows } = await read({
      query: `SELECT 1::int2 AS small, 9007199254740991 AS big, 9007199254740993 AS huge, 12.50::numeric AS exact, 0.1::float8 AS double,
        'NaN'::float8 AS nan, true AS yes, NULL AS nothing, 'grüße' AS text, '\\x00ff'::bytea AS bytes,
        '{"a":[1,"2"]}'::jsonb AS json, timestamp '2026-01-02 03:04:05.123456' AS local,
        timestamptz '2026-01-02 03:04:05.123456+01' AS instant, date '2026-01-02' AS day, interval '1 day 2 hours' AS span,
        ARRAY[1,2]::int8[] AS numbers, ARRAY['a,b', NULL] AS texts, ARRAY[0.10]::numeric[] AS exacts,
        'b7e3c9a0-0000-4000-8000-000000000001'::uuid AS id`,
    });
    expect(rows).toEqual([
      {
        small: 1,
        big: 9007199254740991,
        huge: "9007199254740993",
        exact: "12.50",
        double: 0.1,
        nan: "NaN",
        yes: true,
        nothing: null,
        text: "grüße",
        bytes: Buffer.from([0, 255]),
        json: { a: [1, "2"] },
        local: "2026-01-02T03:04:05.123456",
        instant: "2026-01-02T02:04:05.123456Z",
        day: "2026-01-02",
        span: "P1DT2H",
        numbers: [1, 2],
        texts: ["a,b", null],
        exacts: ["0.10"],
        id: "b7e3c9a0-0000-4000-8000-000000000001",
      },
    ]);
  });

  it("takes parameters by position and by name", async () => {
    const byPosition = await read({ query: "SELECT $1::int + 1 AS n", params: [41] });
    const byName = await read({ query: "SELECT :a::int AS a, ':a' AS text, :b AS b -- :c", params: { a: 7, b: "x" } });
    expect([byPosition.rows, byName.rows]).toEqual([[{ n: 42 }], [{ a: 7, text: ":a", b: "x" }]]);
  });

  it("reads a million rows in bounded memory, no faster than they are taken", async () => {
    const source = await open({
      query: "SELECT n AS id, repeat('x', 100) AS text FROM generate_series(1, 1000000) AS n",
    });
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

  it("makes pages smaller where rows are large", async () => {
    const { pages } = await read({
      query: "SELECT repeat('x', 1000000) AS text FROM generate_series(1, 30)",
      pageRows: 10,
    });
    expect(pages).toEqual([10, 4, 4, 4, 4, 4]);
  });

  it("goes on from any page by the column that orders the rows, across equal values", async () => {
    const block = {
      query: "SELECT n / 3 AS grp, n FROM generate_series(0, 2999) AS n;",
      resumeBy: "grp",
      pageRows: 100,
    };
    const first = await read(block, { maxPages: 7 });
    expect(first.resumeAt).toEqual({ rows: 700, after: 233 });
    const rest = await read(block, { from: first.resumeAt });
    const seen = new Set([...first.rows, ...rest.rows].map(({ n }) => n));
    expect(seen.size).toBe(3_000);
    expect(rest.rows.length).toBeLessThanOrEqual(2_300 + 3);
    expect(rest.places[0]).toBe("postgres query row 701");
  });

  it("goes on by integers beyond 2^53 and by times without losing a row", async () => {
    const big = "SELECT 9007199254740990 + n AS id FROM generate_series(0, 399) AS n";
    const times =
      "SELECT timestamptz '2026-01-02' + n * interval '1 microsecond' AS id FROM generate_series(0, 399) AS n";
    for (const query of [big, times]) {
      const block = { query, resumeBy: "id", pageRows: 50 };
      const first = await read(block, { maxPages: 3 });
      const rest = await read(block, { from: JSON.parse(JSON.stringify(first.resumeAt)) as never });
      expect(new Set([...first.rows, ...rest.rows].map(({ id }) => id)).size).toBe(400);
      expect(rest.rows.length).toBe(251);
    }
  });

  it("refuses to write", async () => {
    await expect(read({ query: "CREATE TABLE t (a int)" })).rejects.toMatchObject({
      code: "query-refused",
      kind: "usage",
    });
    await expect(read({ query: "SELECT 1 FROM nowhere" })).rejects.toThrow(
      'the postgres query was refused: relation "nowhere" does not exist',
    );
  });

  it("ends a statement that takes too long, and says so", async () => {
    const failure = read({ query: "SELECT pg_sleep(30)", statementTimeout: "200ms" });
    await expect(failure).rejects.toMatchObject({ code: "source-timeout", kind: "unreached" });
  });

  it("never takes a broken connection for the end", async () => {
    const source = await open({ query: "SELECT n FROM generate_series(1, 100000) AS n", pageRows: 100 });
    const reading = readSource(source, {
      onPage: async ({ rows }) => {
        if (rows[0]?.["n"] === 101)
          await admin(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'cachectl warm'",
          );
      },
    });
    await expect(reading).rejects.toMatchObject({ code: "source-unreachable", kind: "unreached" });
  });

  it("stops when the run is interrupted, and the server's query with it", async () => {
    const controller = new AbortController();
    const reading = read({ query: "SELECT pg_sleep(50)" }, { signal: controller.signal });
    await waitUntil(async () => (await running()) === 1, { what: "the query runs", timeoutMs: 20_000 });
    controller.abort();
    await expect(reading).rejects.toMatchObject({ kind: "interrupted" });
    await waitUntil(async () => (await running()) === 0, { what: "the query has ended", timeoutMs: 20_000 });
  });

  it("says what is wrong with a login or an address, without the password", async () => {
    const login = open({ query: "SELECT 1", password: "not-the-password" });
    await expect(login).rejects.toMatchObject({
      code: "source-login",
      message: expect.not.stringContaining("not-the-password"),
    });
    const address = open({ query: "SELECT 1", port: 1 });
    await expect(address).rejects.toMatchObject({ code: "source-unreachable" });
  });

  it("takes its address from one URL in the environment", async () => {
    const { user, password, host, port, database } = server;
    const url = `postgres://${user}:${password}@${host}:${port}/${database}`;
    const source = await openSource(
      { kind: "postgres", url: { env: "DATABASE_URL" }, query: "SELECT current_user::text AS who" },
      { env: { DATABASE_URL: url } },
    );
    expect((await readSource(source)).rows).toEqual([{ who: "warm" }]);
  });
});

function open(block: Record<string, unknown>): ReturnType<typeof openSource> {
  const { host, port, user, password, database } = server;
  return openSource({ kind: "postgres", host, port, user, password, database, ...block });
}

async function read(block: Record<string, unknown>, options?: Parameters<typeof readSource>[1]) {
  return readSource(await open(block), options);
}

async function admin(sql: string): Promise<unknown[]> {
  const { host, port, user, password, database } = server;
  const client = new pg.Client({ host, port, user, password, database });
  await client.connect();
  try {
    return (await client.query(sql)).rows as unknown[];
  } finally {
    await client.end();
  }
}

async function running(): Promise<number> {
  const rows = await admin(
    "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(50)%' AND state = 'active'",
  );
  return rows.length;
}
