import { describe, expect, it } from "vitest";
import { openSource, problemsOf } from "../../../support/warm-sources.js";

const query = "SELECT 1";

describe("the address of a database", () => {
  it.each([
    ["mysql://me:hunter2@host/db", "source.url does not begin with postgres:// or postgresql://"],
    ["postgres://me:hunter2@host/db?sslmode=prefer", "source.url has sslmode=prefer"],
    ["postgres://me:hunter2@host/db?options=x", "source.url has the option options, which is not understood here"],
    ["postgres://:hunter2@host/db", "source.user is missing"],
    ["postgres://me:hunter2@host", "source.database is missing"],
    ["hunter2", "source.url is no URL"],
  ])("%s is refused without a word of it", async (url, says) => {
    const opening = openSource({ kind: "postgres", url: { env: "DB" }, query }, { env: { DB: url } });
    await expect(opening).rejects.toMatchObject({ kind: "usage", code: "source-address", message: says });
    await expect(opening).rejects.toMatchObject({
      message: expect.not.stringContaining("hunter2"),
      hint: expect.not.stringContaining("hunter2"),
    });
  });

  it("names a file of authorities that cannot be read", async () => {
    const block = { kind: "mysql" as const, user: "me", database: "db", tls: { ca: "/not/there.pem" }, query };
    await expect(openSource(block)).rejects.toThrow("source.tls.ca: the file /not/there.pem cannot be read (ENOENT)");
  });
});

describe("the block of an SQL source", () => {
  it("is refused with all that is wrong with it", () => {
    const block = {
      kind: "mysql" as const,
      databse: "x",
      port: 0,
      params: { a: [1] },
      statementTimeout: "5",
      pageRows: 0,
    };
    expect(problemsOf(block).sort()).toEqual([
      "databse: unknown field `databse` (did you mean `database`?)",
      "pageRows: must be a whole number from 1 to 10000",
      expect.stringMatching(/^params/),
      "port: must be a whole number from 1 to 65535",
      "query: is missing",
      "statementTimeout: must be a duration with its unit, from 1ms to 60m",
    ]);
  });
});
