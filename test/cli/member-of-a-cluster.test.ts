import { expect, describe, it } from "vitest";
import { runCli } from "../support/run-cli.js";
import { startCluster, usingServers, type RedisServer } from "../support/servers/index.js";
import { users, userMap, warmFiles } from "../support/warm-run.js";
import { directoryWith } from "./profile-directory.js";

usingServers();

const { primaries } = await startCluster({ replicasPerPrimary: 0 });
const [member] = primaries as [RedisServer];

async function keysOf(servers: readonly RedisServer[]): Promise<string[]> {
  return (await Promise.all(servers.map((server) => server.call("KEYS", "*")))).flat() as string[];
}

describe("a member of a cluster that is named as one server", () => {
  it.each(["a URL", "a profile"])("is refused at once by warm, and nothing is written (%s)", async (how) => {
    const { manifest } = await warmFiles(users(100), userMap);
    const profile = `kind: standalone\nhost: ${member.host}\nport: ${member.port}\n`;
    const named = ["--profiles-dir", await directoryWith({ "one.yaml": profile }), "-p", "one"];
    const target = how === "a URL" ? ["-p", `redis://${member.address}`] : named;
    // Whoever waited for MOVED to pass would be killed by the harness.
    const { code, stderr } = await runCli(["warm", manifest, ...target, "--patience", "10m"]);
    expect({ code, stderr }).toEqual({ code: 2, stderr });
    expect(stderr).toContain("is a member of a cluster");
    expect(stderr).toContain(`-p redis+cluster://${member.address}`);
    expect(await keysOf(primaries)).toEqual([]);
    const next = await runCli(["warm", manifest, "-p", `redis+cluster://${member.address}`]);
    expect(next.stdout).toContain("wrote 100 of 100 rows");
    await Promise.all(primaries.map((server) => server.call("FLUSHALL")));
  });

  it("is refused by invalidate where a profile says so, and stands for its cluster where a URL names it", async () => {
    const { manifest } = await warmFiles(users(100), userMap);
    expect((await runCli(["warm", manifest, "-p", `redis+cluster://${member.address}`])).code).toBe(0);
    const profile = `kind: standalone\nhost: ${member.host}\nport: ${member.port}\n`;
    const named = ["--profiles-dir", await directoryWith({ "one.yaml": profile }), "-p", "one"];
    const refused = await runCli(["invalidate", ...named, "--prefix", "user:", "--yes"]);
    expect(refused).toMatchObject({ code: 2, stdout: "" });
    expect(refused.stderr).toContain("is a member of a cluster");
    expect(refused.stderr).toContain(`-p redis+cluster://${member.address}`);
    expect(await keysOf(primaries)).toHaveLength(100);
    const whole = await runCli(["invalidate", "-p", `redis://${member.address}`, "--prefix", "user:", "--yes"]);
    expect(whole.code).toBe(0);
    expect(await keysOf(primaries)).toEqual([]);
  });
});
