import { describe, expect, it } from "vitest";
import { collectSlowlogWindow, collectWholeSlowlog, parseSlowlog } from "../../../src/collect/slowlog.js";
import { known, missing } from "../../../src/model/fact.js";
import type { Reply } from "../../../src/model/node-port.js";
import { portThatSays } from "./ports.js";

/** As SLOWLOG GET gives one. */
function entry(id: number, ...argv: string[]): Reply {
  return [id, 1_795_204_000 + id, 12_000, argv, "127.0.0.1:52440", "name"];
}

/** What is left of a command's words. */
function nameOf(...argv: string[]) {
  const [parsed] = parseSlowlog([entry(1, ...argv)]);
  return { command: parsed?.command, key: parsed?.key };
}

describe("parseSlowlog", () => {
  it("reads id, time, duration, command and key", () => {
    expect(parseSlowlog([entry(7, "hgetall", "cart:1", "more")])).toEqual([
      { id: 7, time: 1_795_204_007, usec: 12_000, command: "HGETALL", key: "cart:1" },
    ]);
  });

  it("names a subcommand with its command and takes no key from it", () => {
    expect(nameOf("config", "set", "requirepass", "s3cret")).toEqual({ command: "CONFIG SET", key: null });
    expect(nameOf("cluster", "nodes")).toEqual({ command: "CLUSTER NODES", key: null });
  });

  it.each([
    ["AUTH", "s3cret"],
    ["auth", "ops", "s3cret"],
    ["HELLO", "3", "AUTH", "ops", "s3cret"],
    ["ACL", "SETUSER", "ops", ">s3cret"],
    ["MIGRATE", "s3cret-host", "6379", "", "0", "5000", "AUTH", "s3cret"],
    ["EVAL", "return 's3cret'", "0"],
    ["EVAL_RO", "return 's3cret'", "0"],
    ["FCALL", "s3cret", "0"],
    ["SENTINEL", "SET", "mymaster", "auth-pass", "s3cret"],
    ["CONFIG", "SET", "masterauth", "s3cret"],
  ])("keeps no argument of %s", (...argv) => {
    expect(JSON.stringify(parseSlowlog([entry(1, ...argv)]))).not.toContain("s3cret");
  });

  it("cuts a long key off", () => {
    expect(nameOf("GET", "k".repeat(100)).key).toHaveLength(64);
  });

  it("has no key for a command without arguments", () => {
    expect(nameOf("KEYS")).toEqual({ command: "KEYS", key: null });
  });

  it("leaves out what is no entry", () => {
    expect(parseSlowlog(["x", [null, 1, 2], []])).toEqual([]);
    expect(parseSlowlog("OK")).toEqual([]);
  });
});

describe("the slow log of a window", () => {
  const log = (...ids: number[]) => portThatSays({ "SLOWLOG GET": ids.map((id) => entry(id, "KEYS", "*")) });

  it("holds the entries that appeared, and how many", async () => {
    const fact = await collectSlowlogWindow(log(9, 8, 7), known(7), 3);
    expect(fact).toMatchObject({ ok: true, value: { basis: "sample", newCount: 2, seconds: 3 } });
    expect(fact.ok && fact.value.entries.map(({ id }) => id)).toEqual([9, 8]);
  });

  it("counts more than the log still holds", async () => {
    expect(await collectSlowlogWindow(log(500), known(99), 3)).toMatchObject({ value: { newCount: 401 } });
  });

  it("counts from nothing when the log was empty before", async () => {
    expect(await collectSlowlogWindow(log(0), known(-1), 3)).toMatchObject({ value: { newCount: 1 } });
    expect(await collectSlowlogWindow(log(), known(-1), 3)).toMatchObject({ value: { newCount: 0, entries: [] } });
  });

  it("is empty, not negative, after SLOWLOG RESET", async () => {
    expect(await collectSlowlogWindow(log(), known(7), 3)).toMatchObject({ value: { newCount: 0 } });
  });

  it("leaves out what this tool itself asked", async () => {
    const own = [9, 1_795_204_009, 24_000, ["INFO", "everything"], "127.0.0.1:52440", "cachectl"];
    const port = portThatSays({ "SLOWLOG GET": [own, entry(8, "KEYS", "*"), entry(7, "KEYS", "*")] });
    const fact = await collectSlowlogWindow(port, known(7), 3);
    expect(fact).toMatchObject({ value: { newCount: 1, entries: [{ id: 8 }] } });
    expect(await collectWholeSlowlog(port, 1_795_204_110_000)).toMatchObject({ value: { newCount: 2 } });
  });

  it("is not sampled when the ids began anew", async () => {
    expect(await collectSlowlogWindow(log(2), known(7), 3)).toMatchObject({ ok: false, cause: "not-sampled" });
  });

  it("keeps the reason why the first look was refused, and does not ask again", async () => {
    const refused = missing("not-permitted", "this login may not: SLOWLOG GET");
    expect(await collectSlowlogWindow(portThatSays({}), refused, 3)).toBe(refused);
  });

  it("covers, judged since start, the time from its oldest entry", async () => {
    const fact = await collectWholeSlowlog(log(20, 10), 1_795_204_110_000);
    expect(fact).toMatchObject({ value: { basis: "since-start", newCount: 2, seconds: 100 } });
    expect(await collectWholeSlowlog(log(), 1_795_204_110_000)).toMatchObject({ value: { seconds: 0 } });
  });
});
