import { describe, expect, it } from "vitest";
import { lastLines, readStart } from "../../../src/demo/server-log.js";

describe("readStart", () => {
  it.each([
    ["1:M 20 Nov 2026 19:08:31.321 # Server initialized\n", "starting"],
    ["1:M 20 Nov 2026 19:08:31.322 * Ready to accept connections\n", "ready"],
    ["1:M 20 Nov 2026 19:08:31.322 * Ready to accept connections tcp\n", "ready"],
    ["1:X 20 Nov 2026 19:08:31.322 # Sentinel ID is 5f1d\n", "ready"],
    [
      "1:M # Warning: Could not create server TCP listening socket 127.0.0.1:7000: bind: Address already in use\n",
      "port-taken",
    ],
    ["1:M # Failed listening on port 7000 (tcp), aborting.\n", "port-taken"],
    ["", "starting"],
  ])("reads %j as %s", (log, state) => {
    expect(readStart(log)).toBe(state);
  });

  it("shows the end of a log", () => {
    expect(lastLines("1\n2\n3\n", 2)).toBe("2\n3");
  });
});
