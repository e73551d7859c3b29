import { describe, expect, it } from "vitest";
import { rowsOf, runBigkeys } from "../support/bigkeys-run.js";
import { releases, startRedis, usingServers, type RedisServer } from "../support/servers/index.js";
import { directoryWith } from "./profile-directory.js";

usingServers();

const all = await releases();

/** A keyspace that nothing is wrong with: what an application leaves in a small cache. */
async function fillWell(server: RedisServer): Promise<void> {
  const script = `
    for i = 1, 500 do redis.call('SET', 'page:' .. i, string.rep('x', 300), 'EX', 3600 + i * 60) end
    for i = 1, 200 do
      redis.call('HSET', 'user:' .. i, 'name', 'n' .. i, 'mail', 'm' .. i, 'seen', i)
      redis.call('EXPIRE', 'user:' .. i, 7200 + i * 60)
    end`;
  await server.call("EVAL", script, "0");
}

/** A string that takes 12 MB, without sending as much. */
async function storeHugeString(server: RedisServer): Promise<void> {
  await server.call("SETRANGE", "export:latest", String(12 * 2 ** 20 - 1), "x");
}

describe.each(all)("--fail-on high on $name", ({ name: release }) => {
  it("is 0 on a healthy keyspace, 1 with a string of 12 MB, and 0 again without it", async () => {
    const server = await startRedis({ release });
    await fillWell(server);
    const gate = [server.address, "--fail-on", "high"];
    const healthy = await runBigkeys(gate);
    expect({ code: healthy.code, findings: healthy.report.recommendations }).toEqual({ code: 0, findings: [] });
    await storeHugeString(server);
    const { code, report } = await runBigkeys(gate);
    expect(code).toBe(1);
    expect(report.recommendations[0]).toMatchObject({
      ruleId: "big-string",
      priority: "high",
      node: server.address,
      evidence: [expect.objectContaining({ fact: expect.stringContaining("export:latest") as string })],
    });
    expect(rowsOf(report, "largest-keys")[0]).toMatchObject({ key: "export:latest", type: "string" });
    expect((await runBigkeys([server.address])).code).toBe(0);
    await server.call("UNLINK", "export:latest");
    expect((await runBigkeys(gate)).code).toBe(0);
  });

  it("is 3 where MEMORY is refused: nothing found proves nothing then", async () => {
    const server = await startRedis({ release });
    await fillWell(server);
    await server.call("ACL", "SETUSER", "reader", "on", ">pw", "~*", "+@all", "-memory");
    const login = { "it.yaml": profileOf(server, "username: reader\npassword: pw\n") };
    const profile = ["-p", "it", "--profiles-dir", await directoryWith(login)];
    const { code, report } = await runBigkeys([...profile, "--fail-on", "high"]);
    expect(code).toBe(3);
    const unjudged = report.coverage.cannotJudge.find(({ ruleId }) => ruleId === "big-string");
    expect(unjudged?.reason).toContain("MEMORY");
    expect(rowsOf(report, "largest-keys")).toEqual([]);
    expect(rowsOf(report, "groups").map(({ pattern, keys, bytes }) => [pattern, keys, bytes])).toEqual([
      ["page:*", 500, null],
      ["user:*", 200, null],
    ]);
    expect((await runBigkeys(profile)).code).toBe(0);
  });
});

describe("a gate", () => {
  it("cannot pass on a part of the keys, which --limit without one may show", async () => {
    const server = await startRedis();
    await fillWell(server);
    const part = [server.address, "--limit", "100"];
    expect((await runBigkeys([...part, "--fail-on", "high"])).code).toBe(3);
    const { code, report } = await runBigkeys(part);
    expect(code).toBe(0);
    expect(report.coverage.unseenKeys).toEqual([]);
    expect(rowsOf(report, "scan")[0]?.["gap"]).toMatch(/^--limit 100 was reached when .* had given \d+ % of its keys$/);
  });

  it("cannot pass on a sample either, but can fail on one", async () => {
    const server = await startRedis();
    await fillWell(server);
    await storeHugeString(server);
    const codes = new Set<number | null>();
    // Half of the keys: whether the large one is among them is chance, and it is 1 or 3 but never 0.
    for (let i = 0; i < 4; i++)
      codes.add((await runBigkeys([server.address, "--sample", "50%", "--fail-on", "high"])).code);
    expect([...codes].filter((code) => code !== 1 && code !== 3)).toEqual([]);
  });
});

function profileOf({ port }: RedisServer, more = ""): string {
  return `kind: standalone\nhost: 127.0.0.1\nport: ${port}\n${more}`;
}
