import { spawnSync } from "node:child_process";
import { readdir, readFile, symlink } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { allRules } from "../../../src/analyze/rules/index.js";
import type { Address } from "../../../src/demo/demo-deps.js";
import { stopDemoRuns } from "../../../src/demo/end-demo.js";
import { startDemoFleet, type DemoFleet } from "../../../src/demo/start-fleet.js";
import { parseProfile } from "../../../src/profiles/parse-profile.js";
import { demoDeps } from "../../support/servers/demo-deps.js";
import {
  findRelease,
  RespConnection,
  serverMode,
  temporaryDirectory,
  usingServers,
  waitUntil,
} from "../../support/servers/index.js";

usingServers();

let env: Record<string, string | undefined>;
let state: string;
let directories: string;

beforeAll(async () => {
  state = await temporaryDirectory();
  directories = await temporaryDirectory();
  env = { ...process.env, XDG_STATE_HOME: state, TMPDIR: directories };
  if ((await serverMode()) === "containers") return;
  // A PATH with the servers alone: no container engine is found there.
  const path = await temporaryDirectory();
  await symlink((await findRelease("redis", undefined)).source, join(path, "redis-server"));
  await symlink((await findRelease("memcached")).source, join(path, "memcached"));
  env["PATH"] = path;
});

async function redisInfo(address: Address, section: string): Promise<(field: string) => string | undefined> {
  const connection = new RespConnection(address.port, address.host);
  const info = String(await connection.call("INFO", section));
  connection.close();
  return (field) => new RegExp(`^${field}:([^\\r\\n]*)`, "m").exec(info)?.[1];
}

async function call(address: Address, ...argv: [string, ...string[]]): Promise<string> {
  const connection = new RespConnection(address.port, address.host);
  const reply = await connection.call(...argv);
  connection.close();
  return String(reply);
}

function allAddresses({ addresses: { cluster, sentinel, memcached } }: DemoFleet): Address[] {
  const { primary, replica, sentinels } = sentinel;
  return [...cluster.primaries, ...cluster.replicas, primary, replica, ...sentinels, memcached.small, memcached.roomy];
}

// Each brings up thirteen servers, beside other workers' containers.
describe("startDemoFleet", { timeout: 180_000 }, () => {
  it("brings up a broken fleet with traffic, and leaves nothing behind", async () => {
    const said: string[] = [];
    const deps = demoDeps({ env, say: (line) => said.push(line) });
    const fleet = await startDemoFleet(deps);
    const { cluster, sentinel, memcached } = fleet.addresses;
    expect(said).toContain(`Servers: ${fleet.description}.`);

    const [full, giving, taking] = cluster.primaries as [Address, Address, Address];
    const memory = await redisInfo(full, "memory");
    expect(memory("maxmemory_policy")).toBe("noeviction");
    expect(Number(memory("used_memory")) / Number(memory("maxmemory"))).toBeGreaterThan(0.95);
    expect((await redisInfo(cluster.replicas[1] as Address, "replication"))("master_link_status")).toBe("down");
    expect(await call(giving, "CLUSTER", "NODES")).toContain("[10921->-");
    expect(await call(taking, "CLUSTER", "NODES")).toContain("[10921-<-");
    expect((await redisInfo(taking, "commandstats"))("cmdstat_keys")).toContain("calls=25");
    expect(Number(await call(taking, "SLOWLOG", "LEN"))).toBeGreaterThan(0);
    const clients = await redisInfo(sentinel.primary, "clients");
    expect(Number(clients("connected_clients"))).toBeGreaterThan(0.9 * 150);
    expect((await redisInfo(sentinel.primary, "memory"))("maxmemory_policy")).toBe("volatile-lru");
    expect((await redisInfo(sentinel.replica, "replication"))("slave_priority")).toBe("0");
    for (const one of sentinel.sentinels)
      expect(await call(one, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", sentinel.masterName)).toContain(
        String(sentinel.primary.port),
      );

    const traffic = await fleet.startTraffic();
    const small = await deps.openMemcached(memcached.small);
    await waitUntil(async () => Number(/STAT evictions (\d+)/.exec(await small.send("stats"))?.[1]) > 0, {
      what: "the small Memcached evicts",
      timeoutMs: 30_000,
    });
    small.close();
    await waitUntil(() => (traffic.summary.refusals["OOM"] ?? 0) > 0, {
      what: "the full primary refuses writes",
      timeoutMs: 30_000,
    });

    await fleet.stop();
    // Nothing but what is broken on purpose went wrong.
    expect(Object.keys(traffic.summary.refusals)).toEqual(["OOM"]);
    await expectNothingLeft(allAddresses(fleet));
  });

  it("writes profiles that can be read, for the fleet and its parts", async () => {
    const fleet = await startDemoFleet(demoDeps({ env }));
    const files = await readdir(fleet.profilesDir);
    expect(files.sort()).toEqual(["demo-cluster.yaml", "demo-memcached.yaml", "demo-sentinel.yaml", "demo.yaml"]);
    for (const file of files) {
      const path = join(fleet.profilesDir, file);
      const options = { path, shown: file, home: homedir(), knownRules: new Map() };
      expect(parseProfile(await readFile(path, "utf8"), options)).toMatchObject({ ok: true });
    }
    await fleet.stop();
  });

  it("lets the servers be kept, and ended by a later process", async () => {
    const deps = demoDeps({ env });
    const fleet = await startDemoFleet(deps);
    expect((await fleet.keep()).join("\n")).toContain("cachectl demo --stop");
    expect(await call(fleet.addresses.sentinel.primary, "PING")).toBe("PONG");
    expect(await stopDemoRuns(deps)).toBe(1);
    await expectNothingLeft(allAddresses(fleet));
  });

  // Moments in the life of a start: while looking for servers, while they start, while the cluster forms, while it is filled.
  it.each([0, 40, 100, 300, 1_000, 2_500])(
    "leaves nothing behind when it is interrupted after %i ms",
    async (afterMs) => {
      const aborting = new AbortController();
      const deps = demoDeps({ env, signal: aborting.signal });
      setTimeout(() => aborting.abort(), afterMs);
      const outcome = await startDemoFleet(deps).catch((error: unknown) => error);
      // On a fast machine the latest moments may come after the end.
      if (outcome instanceof Error) expect(outcome).toMatchObject({ kind: "interrupted" });
      else await (outcome as DemoFleet).stop();
      await expectNothingLeft([]);
    },
  );

  it("plants only problems that some rule is there to find", async () => {
    const fleet = await startDemoFleet(demoDeps({ env }));
    await fleet.stop();
    const ids = allRules.map(({ id }) => id);
    expect(fleet.problems.flatMap(({ ruleIds }) => ruleIds).filter((id) => !ids.includes(id))).toEqual([]);
  });
});

async function expectNothingLeft(addresses: Address[]): Promise<void> {
  for (const address of addresses) await expect(call(address, "PING")).rejects.toThrow("ECONNREFUSED");
  expect(await readdir(join(state, "cachectl"))).toEqual([]);
  expect(await serversLeft()).toEqual([]);
  expect(await readdir(directories)).toEqual([]);
}

/** What still runs of this test's servers, whether the demo noted it or not. */
async function serversLeft(): Promise<string[]> {
  if ((await serverMode()) === "containers") {
    const { getContainerRuntimeClient } = await import("testcontainers");
    const { container: engine } = await getContainerRuntimeClient();
    const ours = (await engine.list()).filter(({ Labels }) => "cachectl-demo" in Labels);
    // Another test's demo may run at the same time; it can also end between the list and the look.
    const looks = await Promise.allSettled(ours.map(({ Id }) => engine.inspect(engine.getById(Id))));
    return looks
      .filter((look) => look.status === "fulfilled")
      .filter(({ value }) => value.HostConfig.Binds?.some((bind) => bind.startsWith(`${directories}/`)))
      .map(({ value }) => value.Id);
  }
  // Started through a link in a directory of this test alone, whose name every process list shows.
  const ps = spawnSync("ps", ["-eo", "pid,args"], { encoding: "utf8" });
  return ps.stdout.split("\n").filter((line) => line.includes(env["PATH"] ?? "?"));
}
