import { stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Report } from "../../src/model/report.js";
import { runCli, type CliOptions } from "../support/run-cli.js";
import { startRedis, startSentinelGroup, usingServers, type RedisServer } from "../support/servers/index.js";
import { directoryWith } from "./profile-directory.js";

usingServers();

/** A profile of one server, without its replicas. */
function profileOf({ host, port }: { host: string; port: number }, more = ""): string {
  return `kind: standalone\nhost: ${host}\nport: ${port}\n${more}`;
}

async function reportOf(args: string[], options: CliOptions = {}): Promise<Report> {
  const run = await runCli([...args, "--json"], options);
  return JSON.parse(run.stdout) as Report;
}

/** The targets that an analysis with these arguments is about. */
async function targetsOf(args: string[], options?: CliOptions): Promise<string[]> {
  const { targets } = await reportOf(["analyze", "--sample", "0", ...args], options);
  return targets.map(({ name }) => name);
}

describe("which profiles are meant", () => {
  it("is said by name, comma list, glob, label, fleet and environment", async () => {
    const server = await startRedis();
    const labelled = (env: string) => profileOf(server, `labels: { env: ${env} }\n`);
    const dir = await directoryWith({
      "prod-a.yaml": labelled("prod"),
      "prod-b.yaml": labelled("prod"),
      "dev.yaml": labelled("dev"),
      "everyone.yaml": "kind: fleet\nmembers: [prod-a, dev]\n",
    });
    const from = ["--profiles-dir", dir];
    expect(await targetsOf(["-p", "dev", ...from])).toEqual(["dev"]);
    expect(await targetsOf(["-p", "dev,prod-b", ...from])).toEqual(["dev", "prod-b"]);
    expect(await targetsOf(["-p", "dev", "-p", "prod-a", ...from])).toEqual(["dev", "prod-a"]);
    expect(await targetsOf(["-p", "prod-*", ...from])).toEqual(["prod-a", "prod-b"]);
    expect(await targetsOf(["-l", "env=prod", ...from])).toEqual(["prod-a", "prod-b"]);
    expect(await targetsOf(["-p", "everyone", ...from])).toEqual(["prod-a", "dev"]);
    expect(await targetsOf(["prod-a", server.address, ...from])).toHaveLength(2);
    expect(await targetsOf(from, { env: { CACHECTL_PROFILE: "dev" } })).toEqual(["dev"]);
    expect(await targetsOf(["-p", "prod-a", ...from], { env: { CACHECTL_PROFILE: "dev" } })).toEqual(["prod-a"]);
  });

  it("is looked for in ./profiles when nobody says where", async () => {
    const server = await startRedis();
    const dir = await directoryWith();
    await runCli(["profiles", "init", "here", "--profiles-dir", join(dir, "profiles")]);
    await writeFile(join(dir, "profiles/here.yaml"), profileOf(server));
    expect(await targetsOf(["-p", "here"], { cwd: dir })).toEqual(["here"]);
  });
});

describe("a secret", () => {
  const password = "s3cret-of-this-test";

  /** Analyzes with a profile that takes the password in this way; everything that was printed must not show it. */
  async function reachedWith(server: RedisServer, source: string, env: Record<string, string> = {}): Promise<boolean> {
    const dir = await directoryWith({
      "one.yaml": profileOf(server, `password: ${source}\n`),
      password: `${password}\n`,
    });
    const run = await runCli(["analyze", "-p", "one", "--sample", "0", "--json", "--profiles-dir", dir], { env });
    expect(run.stdout + run.stderr).not.toContain(password);
    return (JSON.parse(run.stdout) as Report).coverage.nodes.answered === 1;
  }

  it("comes from the environment, a file or a command, and never out again", async () => {
    const server = await startRedis({ config: { requirepass: password } });
    expect(await reachedWith(server, "{ env: THE_PASSWORD }", { THE_PASSWORD: password })).toBe(true);
    expect(await reachedWith(server, "{ file: password }")).toBe(true);
    expect(await reachedWith(server, "{ command: [cat, password] }")).toBe(true);
    expect(await reachedWith(server, password)).toBe(true);
    expect(await reachedWith(server, "{ env: THE_PASSWORD }", { THE_PASSWORD: "another" })).toBe(false);
  });

  it("is missed by name when it is not there", async () => {
    const server = await startRedis({ config: { requirepass: password } });
    const dir = await directoryWith({ "one.yaml": profileOf(server, "password: { env: THE_PASSWORD }\n") });
    const run = await runCli(["analyze", "-p", "one", "--profiles-dir", dir]);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain("THE_PASSWORD");
  });

  it("is shown by its source only", async () => {
    const dir = await directoryWith({
      "one.yaml": `kind: standalone\nhost: 127.0.0.1\npassword: ${password}\n`,
      "two.yaml": "kind: standalone\nhost: 127.0.0.1\npassword: { env: THE_PASSWORD }\n",
    });
    const run = await runCli(["profiles", "show", "*", "--profiles-dir", dir]);
    expect(run.code).toBe(0);
    expect(run.stdout).toContain("THE_PASSWORD");
    expect(run.stdout + run.stderr).not.toContain(password);
  });
});

describe("profiles list", () => {
  it("lists every profile, a broken one with its problems", async () => {
    const dir = await directoryWith({
      "good.yaml": "kind: standalone\nhost: 127.0.0.1\n",
      "broken.yaml": "kind: standalone\nhots: 127.0.0.1\n",
    });
    const run = await runCli(["profiles", "list", "--profiles-dir", dir]);
    expect(run.stdout).toMatch(/2 profiles in .*1 of them broken/);
    expect(run.stdout).toContain("good");
    expect(run.stdout).toContain("cachectl profiles check broken");
  });
});

describe("profiles check", () => {
  it("connects and says what the login may not do", async () => {
    const server = await startRedis();
    await server.call("ACL", "SETUSER", "ops", "on", ">p", "+ping", "+info", "+role", "+acl|whoami", "+acl|dryrun");
    const dir = await directoryWith({ "one.yaml": profileOf(server, "username: ops\npassword: { env: P }\n") });
    const run = await runCli(["profiles", "check", "one", "--profiles-dir", dir], { env: { P: "p" } });
    expect(run.code).toBe(0);
    expect(run.stdout).toContain("1 of 1 node answered; refused: CONFIG GET");
    expect(await server.call("GET", "cachectl:probe")).toBeNull();
  });

  it("does not take for refused what a Sentinel does not have", async () => {
    const { sentinels } = await startSentinelGroup({ sentinels: 1, replicas: 0 });
    const target = `redis+sentinel://${sentinels[0]?.address}/mymaster`;
    const run = await runCli(["profiles", "check", target]);
    expect(run.code).toBe(0);
    expect(run.stdout).toContain("2 of 2 nodes answered.");
  });

  it("says which node does not answer, and why", async () => {
    const run = await runCli(["profiles", "check", "127.0.0.1:1"]);
    expect(run.code).toBe(3);
    expect(run.stdout).toContain("127.0.0.1:1 refused the connection");
  });
});

describe("profiles init", () => {
  it.each(["standalone", "sentinel", "cluster", "memcached", "fleet"])("writes a %s that is valid", async (kind) => {
    const dir = await directoryWith({ "other.yaml": "kind: standalone\nhost: 127.0.0.1\n" });
    const run = await runCli(["profiles", "init", "new", "--kind", kind, "--profiles-dir", dir]);
    expect(run.code).toBe(0);
    expect((await stat(join(dir, "new.yaml"))).mode & 0o777).toBe(0o600);
    const list = await reportOf(["profiles", "list", "--profiles-dir", dir]);
    expect(list.status).toBe("success");
  });

  it("never overwrites one, and takes only a name", async () => {
    const dir = await directoryWith({ "new.yaml": "kind: standalone\nhost: 127.0.0.1\n" });
    expect((await runCli(["profiles", "init", "new", "--profiles-dir", dir])).stderr).toContain("exists already");
    expect((await runCli(["profiles", "init", "../new", "--profiles-dir", dir])).code).toBe(2);
  });
});
