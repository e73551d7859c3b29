import { describe, expect, it } from "vitest";
import { startRedis, usingServers } from "../support/servers/index.js";
import { directoryWith } from "./profile-directory.js";
import { runCli } from "../support/run-cli.js";

usingServers();

/** 130 is in signals.test.ts. No verb of this version changes a server, so nothing can end with 4. */
describe("the exit code", () => {
  it("is 0 when all was judged, whatever was found, and 1 when a gate found something", async () => {
    const server = await startRedis();
    const args = ["analyze", "-p", "it", "--profiles-dir", await profileOf(server.port), "--sample", "50ms"];
    const analyze = (...more: string[]) => runCli([...args, ...more]);
    expect((await analyze()).code).toBe(0);
    expect((await analyze("--fail-on", "critical")).code).toBe(0);
    expect((await analyze("--fail-on", "info")).code).toBe(1);
  });

  it("is 2 when the command line is wrong, and nothing is asked then", async () => {
    expect((await runCli(["analyze", "--sample", "soon"])).code).toBe(2);
    expect((await runCli(["nonsense"])).code).toBe(2);
    expect((await runCli([])).code).toBe(2);
  });

  it("is 3 when a node cannot be reached, gate or no gate", async () => {
    expect((await runCli(["analyze", "127.0.0.1:1", "--sample", "0"])).code).toBe(3);
  });

  it("is 3 when a gate could not judge", async () => {
    const server = await startRedis();
    await server.call("ACL", "SETUSER", "ops", "on", ">p", "+ping", "+info", "+role");
    const login = "username: ops\npassword: p";
    const args = ["analyze", "-p", "it", "--profiles-dir", await profileOf(server.port, login), "--sample", "50ms"];
    expect((await runCli(args)).code).toBe(0);
    expect((await runCli([...args, "--fail-on", "critical"])).code).toBe(3);
  });

  it("is UNKNOWN to Nagios when the command is wrong, however early that shows", async () => {
    for (const wrong of [
      ["--fail-on", "urgent"],
      ["-p", "nowhere"],
      ["--json", "-o", "table"],
    ])
      expect((await runCli(["analyze", "--exit-style", "nagios", ...wrong])).code).toBe(3);
    expect((await runCli(["analyze", "--exit-style=nagios", "--nonsense"])).code).toBe(3);
  });
});

/** A profile `it` that ignores how old the server at hand is: these tests run on any release. */
function profileOf(port: number, more = ""): Promise<string> {
  const ignore = ["version-eol", "version-vulnerable"].map(
    (rule) => `  - { rule: ${rule}, reason: any release will do }`,
  );
  const lines = ["kind: standalone", "host: 127.0.0.1", `port: ${port}`, more, "ignore:", ...ignore];
  return directoryWith({ "it.yaml": `${lines.join("\n")}\n` });
}
