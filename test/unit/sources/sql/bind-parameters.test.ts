import { describe, expect, it } from "vitest";
import { bindParameters } from "../../../../src/sources/sql/bind-parameters.js";
import { mysqlDialect, postgresDialect, sqliteDialect } from "../../../../src/sources/sql/dialect.js";
import { keysetQuery, parseKeyset } from "../../../../src/sources/sql/keyset.js";

describe("bindParameters", () => {
  it("puts the database's own placeholder in place of each name, as often as it is used", () => {
    const params = { a: 1, b: "x" };
    const sql = "SELECT :a, :b WHERE c = :a";
    expect(bindParameters(sql, params, postgresDialect)).toEqual({
      sql: "SELECT $1, $2 WHERE c = $3",
      values: [1, "x", 1],
    });
    expect(bindParameters(sql, params, mysqlDialect)).toEqual({ sql: "SELECT ?, ? WHERE c = ?", values: [1, "x", 1] });
  });

  it.each([
    "SELECT ':a', ':a''s :a'",
    'SELECT ":a" FROM t',
    "SELECT 1 -- :a",
    "SELECT /* :a\n:a */ 1",
    "SELECT $$:a$$, $tag$ :a $$ :a $tag$",
    "SELECT x::a, y::text",
    "SELECT E'\\' :a'",
    "SELECT arr[1:a2]",
  ])("leaves alone what is no parameter: %s", (sql) => {
    expect(bindParameters(`${sql}\n, :a`, { a: 1 }, postgresDialect).values).toEqual([1]);
    expect(bindParameters(`${sql}\n, :a`, { a: 1 }, postgresDialect).sql).toBe(`${sql}\n, $1`);
  });

  it("knows where a backslash keeps a text open and where it does not", () => {
    const params = { a: 1 };
    expect(bindParameters("SELECT 'it\\'s :a', :a", params, mysqlDialect).sql).toBe("SELECT 'it\\'s :a', ?");
    expect(bindParameters("SELECT 'C:\\', :a", params, sqliteDialect).sql).toBe("SELECT 'C:\\', ?");
  });

  it("refuses a name without a value, and a value without a name", () => {
    expect(() => bindParameters("SELECT :a", {}, postgresDialect)).toThrow("the query has :a, and `params` gives no a");
    expect(() => bindParameters("SELECT 1", { a: 1 }, postgresDialect)).toThrow("no :a is in the query");
  });
});

describe("keysetQuery", () => {
  const settings = { query: "SELECT id FROM t -- all\n;", params: [5], resumeBy: 'i"d' };

  it("orders by the column, and begins at the value where a run stopped", () => {
    expect(keysetQuery(settings, null, postgresDialect)).toEqual({
      sql: 'SELECT * FROM (\nSELECT id FROM t -- all\n) AS cachectl_rows ORDER BY cachectl_rows."i""d"',
      values: [5],
    });
    const { sql, values } = keysetQuery(settings, { rows: 1, after: 9n }, postgresDialect);
    expect(sql).toContain('WHERE (cachectl_rows."i""d" >= $2 OR cachectl_rows."i""d" IS NULL) ORDER BY');
    expect(values).toEqual([5, 9n]);
  });

  it("reads its own checkpoint and no other", () => {
    expect(parseKeyset({ rows: 3, after: { integer: "9007199254740993" } })).toEqual({
      rows: 3,
      after: 9007199254740993n,
    });
    expect(parseKeyset(null)).toBeNull();
    for (const other of [7, "x", [1], { done: 3 }, { rows: 1, after: { integer: "1; DROP" } }])
      expect(() => parseKeyset(other)).toThrow("the checkpoint does not belong to this source");
  });
});
