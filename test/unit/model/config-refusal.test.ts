import { describe, expect, it } from "vitest";
import { explainConfigRefusal } from "../../../src/model/config-refusal.js";
import { parseMemorySize } from "../../../src/model/memory-size.js";

describe("explainConfigRefusal", () => {
  it.each([
    ["NOPERM User ops has no permissions to run the 'config|set' command", "10.0.0.1:6379", "acl", "+config|set"],
    [
      "NOPERM this user has no permissions to run the 'config' command or its subcommand",
      "h:1",
      "acl",
      "the right to CONFIG",
    ],
    [
      "CONFIG SET: ERR unknown command 'CONFIG', with args beginning with: 'SET'",
      "h:1",
      "unknown-command",
      "configuration file",
    ],
    ["ERR unknown command 'CONFIG'", "x.abc.cache.amazonaws.com:6379", "managed-service", "parameter group"],
    ["ERR unknown command `CONFIG`", "x.redis.cache.windows.net:6380", "managed-service", "az redis update"],
    ["ERR Command is not available: 'CONFIG'", "h:1", "managed-service", "console"],
    ["ERR CONFIG SET failed", "h:1", "other", "cachectl explain"],
  ])("tells %j on %s for %s", (reply, address, kind, hint) => {
    expect(explainConfigRefusal(reply, address)).toMatchObject({ kind, hint: expect.stringContaining(hint) as string });
  });
});

describe("parseMemorySize", () => {
  it.each([
    ["1024", 1024],
    ["1k", 1000],
    ["1kb", 1024],
    ["4GB", 4 * 1024 ** 3],
    ["1.5mb", 1_572_864],
    ["0", 0],
    ["", null],
    ["-1", null],
    ["4 gb", null],
    ["9999999tb", null],
  ])("reads %j as %j, with the units of redis.conf", (text, bytes) => {
    expect(parseMemorySize(text)).toBe(bytes);
  });
});
