import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { installServers, type MissingServer } from "../../../src/demo/install-servers.js";
import { temporaryDirectory, usingServers } from "../../support/servers/index.js";

usingServers();

/** A PATH with nothing but the given programs, which are shell scripts that note how they were called. */
async function withPrograms(scripts: Record<string, string>) {
  const dir = await temporaryDirectory();
  const calls = join(dir, "calls");
  for (const [name, script] of Object.entries(scripts))
    await writeFile(join(dir, name), `#!/bin/sh\necho "${name} $*" >>"${calls}"\n${script}\n`, { mode: 0o755 });
  const said: string[] = [];
  const install = (missing: MissingServer[], isRoot: boolean) =>
    installServers(missing, { env: { PATH: dir }, say: (line) => said.push(line), isRoot });
  const called = async () => (existsSync(calls) ? (await readFile(calls, "utf8")).trim().split("\n") : []);
  return { install, said, called, dir };
}

describe("installServers", () => {
  it("says every command before it runs it", async () => {
    const { install, said, called } = await withPrograms({ "apt-get": "exit 0" });
    await install(["redis", "memcached"], true);
    const options = "-y -qq --no-install-recommends -o DPkg::Lock::Timeout=120";
    const commands = [
      "apt-get update -qq",
      `apt-get install ${options} redis-server`,
      `apt-get install ${options} memcached`,
    ];
    expect(await called()).toEqual(commands);
    expect(said.slice(1)).toEqual(commands.map((command) => `  ${command}`));
  });

  it("tries the package's other name where the first is unknown", async () => {
    const { install, called } = await withPrograms({ dnf: '[ "$4" = redis ]' });
    await install(["redis"], true);
    expect(await called()).toEqual(["dnf install -y -q valkey", "dnf install -y -q redis"]);
  });

  it("goes through sudo for others than root, without a password prompt", async () => {
    const { install, called } = await withPrograms({ apk: "exit 1", sudo: "exit 0" });
    await install(["memcached"], false);
    expect(await called()).toEqual(["sudo -n apk add --no-cache memcached"]);
  });

  it("waits for another installation's lock", async () => {
    const { install, called, dir } = await withPrograms({
      brew: '[ -e "$0.free" ] && exit 0; : >"$0.free"; echo "Could not get lock" >&2; exit 100',
    });
    await install(["memcached"], false);
    expect(await called()).toHaveLength(2);
    expect(existsSync(join(dir, "brew.free"))).toBe(true);
  });

  it.each([
    ["there is no package manager", {}, true, "no known package manager"],
    ["there is no sudo", { dnf: "exit 0" }, false, "sudo is not available"],
    ["the manager fails", { apk: "echo no network; exit 1" }, true, "apk failed: no network"],
  ])("says what to install by hand when %s", async (_, scripts, isRoot, message) => {
    const { install } = await withPrograms(scripts);
    await expect(install(["memcached"], isRoot)).rejects.toMatchObject({
      code: "servers-missing",
      message: expect.stringContaining(message) as string,
      hint: "Start Docker or Podman, or install memcached and run this again.",
    });
  });
});
