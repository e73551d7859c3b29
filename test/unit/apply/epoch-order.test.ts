import { describe, expect, it } from "vitest";
import { outranks } from "../../../src/apply/mover/epoch-order.js";
import { databasesBesideFirst } from "../../../src/apply/mover/other-databases.js";

describe("a claim of the target", () => {
  it("outranks the source's where the target has heard of its epoch", () => {
    expect(outranks({ own: 6, highest: 6 }, { own: 5, highest: 6 })).toBe(true);
    expect(outranks({ own: 2, highest: 6 }, { own: 6, highest: 6 })).toBe(true);
  });

  it("does not where the target has not heard of the source's newest epoch yet", () => {
    expect(outranks({ own: 6, highest: 6 }, { own: 2, highest: 5 })).toBe(false);
  });

  it("does not while both have the same epoch, which the servers settle by their ids", () => {
    expect(outranks({ own: 6, highest: 6 }, { own: 6, highest: 6 })).toBe(false);
  });
});

describe("databases with keys", () => {
  it("are named without the first", () => {
    const text =
      "# Keyspace\r\ndb0:keys=2,expires=0,avg_ttl=0\r\ndb3:keys=1,expires=0,avg_ttl=0\r\ndb10:keys=1,expires=0\r\n";
    expect(databasesBesideFirst(text)).toEqual(["db3", "db10"]);
  });

  it("are none on an empty server and where all is in the first", () => {
    expect(databasesBesideFirst("# Keyspace\r\n")).toEqual([]);
    expect(databasesBesideFirst("# Keyspace\r\ndb0:keys=2,expires=0,avg_ttl=0\r\n")).toEqual([]);
  });
});
