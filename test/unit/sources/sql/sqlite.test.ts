import { createRequire } from "node:module";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { temporaryDirectory, usingServers } from "../../../support/servers/index.js";
import { openSource, readSource } from "../../../support/warm-sources.js";

usingServers();

let file: string;

beforeAll(async () => {
  file = join(await temporaryDirectory(), "shop.db");
  write(file, [
    "CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT, price REAL, picture BLOB, attributes TEXT)",
    `INSERT INTO items VALUES (1, 'grüße', 12.5, x'00ff', '{"a":[1]}'), (9007199254740993, NULL, 9e999, NULL, 'not json')`,
    "CREATE TABLE numbers AS WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < 3000) SELECT id FROM n",
  ]);
});

describe("sqlite source", () => {
  it("gives every type as the documentation says, and rejects what is no JSON", async () => {
    const { rows, rejected, places } = await read({ query: "SELECT * FROM items", jsonColumns: ["attributes"] });
    expect(rows).toEqual([
      { id: 1, name: "grüße", price: 12.5, picture: Buffer.from([0, 255]), attributes: { a: [1] } },
    ]);
    expect(places).toEqual(["sqlite query row 1"]);
    expect(rejected).toEqual([
      {
        place: "sqlite query row 2",
        reason: expect.stringMatching(/^column attributes is not JSON: /),
        text: expect.stringContaining("9007199254740993"),
      },
    ]);
    expect((await read({ query: "SELECT id, price FROM items WHERE id > 1" })).rows).toEqual([
      { id: "9007199254740993", price: "Infinity" },
    ]);
  });

  it("takes parameters by position and by name", async () => {
    const byPosition = await read({ query: "SELECT ? || '' AS n, typeof(?) AS t, ? AS b", params: [5, 1.5, true] });
    const byName = await read({ query: "SELECT :a AS a, ':a' AS text LIMIT :n", params: { a: null, n: 1 } });
    expect([byPosition.rows, byName.rows]).toEqual([[{ n: "5", t: "real", b: 1 }], [{ a: null, text: ":a" }]]);
  });

  it("reads 300 MB of rows in bounded memory", async () => {
    const source = await openSource({
      kind: "sqlite",
      file,
      query: `WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < 300000)
        SELECT id, printf('%1000d', id) AS text FROM n`,
    });
    let rows = 0;
    let highest = 0;
    globalThis.gc?.();
    const before = process.memoryUsage().rss;
    for await (const page of source.pages(null, new AbortController().signal)) {
      rows += page.rows.length;
      highest = Math.max(highest, process.memoryUsage().rss);
    }
    await source.close();
    expect(rows).toBe(300_000);
    expect((highest - before) / 1_048_576).toBeLessThan(150);
  });

  it("goes on from any page by the column that orders the rows", async () => {
    const block = {
      query: "SELECT id FROM numbers WHERE id <> :no -- not that one",
      params: { no: 7 },
      resumeBy: "id",
    };
    const first = await read({ ...block, pageRows: 50 }, { maxPages: 4 });
    expect(first.resumeAt).toEqual({ rows: 200, after: 201 });
    const rest = await read(block, { from: first.resumeAt });
    expect(new Set([...first.rows, ...rest.rows].map(({ id }) => id)).size).toBe(2_999);
    expect(rest.rows.length).toBe(2_800);
  });

  it("cannot go on without such a column, or by one that holds NULL", async () => {
    const rows = await read({ query: "SELECT id FROM numbers" }, { maxPages: 1 });
    expect(rows.resumeAt).toBeNull();
    await expect(read({ query: "SELECT id FROM numbers" }, { from: { rows: 1, after: 1 } })).rejects.toMatchObject({
      code: "cannot-resume",
    });
    await expect(read({ query: "SELECT name FROM items", resumeBy: "name" })).resolves.toBeDefined();
    await expect(read({ query: "SELECT NULL AS name", resumeBy: "name" })).rejects.toThrow("name is NULL in row 1");
    await expect(read({ query: "SELECT 1 AS a", resumeBy: "b" })).rejects.toMatchObject({ kind: "usage" });
  });

  it("writes nothing", async () => {
    await expect(read({ query: "DELETE FROM numbers RETURNING id" })).rejects.toMatchObject({ code: "query-refused" });
    expect((await read({ query: "SELECT count(*) AS n FROM numbers" })).rows).toEqual([{ n: 3_000 }]);
  });

  it("says what is wrong with a file, and makes none", async () => {
    const missing = openSource({ kind: "sqlite", file: `${file}.not-there`, query: "SELECT 1" });
    await expect(missing).rejects.toMatchObject({ code: "source-file", kind: "usage" });
  });
});

async function read(block: Record<string, unknown>, options?: Parameters<typeof readSource>[1]) {
  return readSource(await openSource({ kind: "sqlite", file, ...block }), options);
}

/** With whatever SQLite this runtime has. */
function write(path: string, statements: readonly string[]): void {
  const load = createRequire(import.meta.url);
  interface Writable {
    exec(sql: string): void;
    close(): void;
  }
  type Open = new (path: string) => Writable;
  const builtIn = process.getBuiltinModule("node:sqlite" as never) as { DatabaseSync: Open } | undefined;
  const database = new (builtIn?.DatabaseSync ?? (load("better-sqlite3") as Open))(path);
  for (const statement of statements) database.exec(statement);
  database.close();
}
