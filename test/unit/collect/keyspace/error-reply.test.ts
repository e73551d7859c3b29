import { describe, expect, it } from "vitest";
import { meaningOf } from "../../../../src/collect/keyspace/error-reply.js";

describe("meaningOf", () => {
  it.each([
    "NOPERM this user has no permissions to run the 'memory' command or its subcommand",
    "NOPERM this user has no permissions to run the 'memory|usage' command",
    "NOPERM User a has no permissions to run the 'memory|usage' command",
    "ERR unknown command 'MEMORY', with args beginning with: 'USAGE' 'k' ",
    "ERR unknown command `MEMORY`, with args beginning with: `USAGE`, `k`, ",
    "ERR An LFU maxmemory policy is selected, idle time not tracked.",
  ])("a command that is refused whatever the key: %s", (text) => {
    expect(meaningOf(text)).toBe("command");
  });

  it.each([
    "NOPERM this user has no permissions to access one of the keys used as arguments",
    "NOPERM No permissions to access a key",
  ])("a key that is refused: %s", (text) => {
    expect(meaningOf(text)).toBe("key");
  });

  it.each([
    ["MOVED 866 10.0.0.2:6379", "moved"],
    ["ASK 866 10.0.0.2:6379", "moved"],
    ["BUSY Redis is busy running a script.", "passing"],
    ["LOADING Redis is loading the dataset in memory", "passing"],
    ["MASTERDOWN Link with MASTER is down", "passing"],
    ["BUSYKEY Target key name already exists.", "other"],
    ["ERR something about this key", "other"],
  ])("%s", (text, meaning) => {
    expect(meaningOf(text)).toBe(meaning);
  });
});
