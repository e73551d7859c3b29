import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type CliRun, outcomeOf, runCli } from "../support/run-cli.js";
import { releases, startClusterNodes, startRedis, usingServers, type RedisServer } from "../support/servers/index.js";
import { directoryWith } from "./profile-directory.js";

usingServers();

let running: RedisServer[] = [];
afterEach(async () => {
  await Promise.all(running.map((server) => server.stop()));
  running = [];
});

async function freshNodes(...asked: Parameters<typeof startClusterNodes>): Promise<RedisServer[]> {
  const nodes = await startClusterNodes(...asked);
  running.push(...nodes);
  return nodes;
}

function create(nodes: readonly { address: string }[], ...more: string[]): Promise<CliRun> {
  return runCli(["cluster", "create", ...nodes.map(({ address }) => address), "--wait", "40s", ...more]);
}

interface Seen {
  id: string;
  epoch: number;
  known: number;
  slots: string[];
  flags: string;
  primary: string;
  state: string;
}

async function seen(node: RedisServer): Promise<Seen> {
  const lines = String(await node.call("CLUSTER", "NODES"))
    .trim()
    .split("\n");
  const own = lines.find((line) => line.includes("myself"))?.split(" ") ?? [];
  const info = String(await node.call("CLUSTER", "INFO"));
  return {
    id: own[0] ?? "",
    epoch: Number(own[6]),
    known: lines.length,
    slots: own.slice(8),
    flags: own[2] ?? "",
    primary: own[3] ?? "",
    state: /cluster_state:(\w+)/.exec(info)?.[1] ?? "",
  };
}

const untouched = { epoch: 0, known: 1, slots: [], flags: "myself,master" };

describe("cluster create makes a cluster that every node agrees on", async () => {
  it.each((await releases()).map(({ name }) => name))("%s", async (release) => {
    const nodes = await freshNodes(6, { release });
    const run = await create(nodes, "--replicas", "1", "--yes", "--json");
    expect(run.code, outcomeOf(run)).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({
      operation: "cluster-create",
      status: "success",
      change: { complete: true, failed: [], notDone: [], goOn: [] },
    });
    const views = await Promise.all(nodes.map(seen));
    expect(views.map(({ known, state }) => ({ known, state }))).toEqual(nodes.map(() => ({ known: 6, state: "ok" })));
    expect(views.flatMap(({ slots }) => slots).sort()).toEqual(["0-5460", "10922-16383", "5461-10921"].sort());
    const replicas = nodes.filter((_, i) => views[i]?.flags.includes("slave"));
    expect(replicas).toHaveLength(3);
    for (const replica of replicas)
      expect(String(await replica.call("INFO", "replication"))).toContain("master_link_status:up");
    expect(
      new Set(views.map(({ epoch, primary, id }) => (primary === "-" ? epoch : `follows ${primary} ${id}`))).size,
    ).toBe(6);
  });

  it("is content with a cluster that is there already", async () => {
    const nodes = await freshNodes(3);
    expect((await create(nodes, "--yes")).code).toBe(0);
    const before = await Promise.all(nodes.map(seen));
    const again = await create(nodes, "--yes");
    expect(again.code, again.stderr).toBe(0);
    expect(await Promise.all(nodes.map(seen))).toEqual(before);
  });
});

describe("cluster create with what fleets have", () => {
  it("logs in as an ACL user of a profile, and follows announced addresses through its NAT map", async () => {
    const nodes = await freshNodes(3, {
      release: "redis-7.0",
      config: { bind: "127.0.0.1 127.0.0.2", "cluster-announce-ip": "127.0.0.2" },
      args: ["--user", ...["ops", "on", ">secret-7", "~*", "&*", "+@all"], "--user", "default", "off"],
    });
    const map = nodes.map(({ address, port }) => `  127.0.0.2:${port}: ${address}`).join("\n");
    const profile = `kind: cluster\nnodes: [${nodes.map(({ address }) => address).join(", ")}]\nusername: ops\npassword: { env: OPS_PASSWORD }\nnatMap:\n${map}\n`;
    const directory = await directoryWith({ "new.yaml": profile });
    const run = await runCli(
      ["cluster", "create", "-p", "new", "--profiles-dir", directory, "--yes", "--wait", "40s"],
      { env: { OPS_PASSWORD: "secret-7" } },
    );
    expect(run.code, outcomeOf(run)).toBe(0);
    expect(run.stdout).toContain("A cluster of 3 primaries and 0 replicas serves all slots.");
    expect(run.stdout + run.stderr).not.toContain("secret-7");
  });

  it("accepts one primary only where the user says so", async () => {
    const nodes = await freshNodes(2);
    const refused = await create(nodes, "--replicas", "1", "--yes");
    expect(refused.code).toBe(2);
    expect(await Promise.all(nodes.map(seen))).toMatchObject([untouched, untouched]);
    const run = await create(nodes, "--replicas", "1", "--allow-few-primaries", "--yes");
    expect(run.code, outcomeOf(run)).toBe(0);
  });
});

describe("cluster create refuses before anything is changed", () => {
  // A refusal leaves them as they were, which each one looks at: so the next can have them too.
  let good: RedisServer[];
  beforeAll(async () => {
    good = await startClusterNodes(3);
  });
  afterAll(() => Promise.all(good.map((node) => node.stop())));

  /** Runs it with three good nodes and the bad one; every good one must be as it was. */
  async function refusal(bad: { address: string }, ...more: string[]): Promise<CliRun> {
    const before = await Promise.all(good.map(seen));
    const run = await create([...good, bad], "--yes", ...more);
    expect(run.code, run.stdout).toBe(2);
    expect(run.stderr).toContain("nothing was changed");
    const after = await Promise.all(good.map(seen));
    expect(after).toEqual(before);
    expect(after).toMatchObject(good.map(() => untouched));
    return run;
  }

  async function badNode(options: Parameters<typeof startRedis>[0]): Promise<RedisServer> {
    const node = await startRedis(options);
    running.push(node);
    return node;
  }

  it("a node that holds data", async () => {
    const [bad] = await freshNodes(1, { config: { "cluster-require-full-coverage": "no" } });
    if (bad === undefined) throw new Error("no node");
    // A key can only be written where its slot is served; the slot is given back afterwards.
    await bad.call("CLUSTER", "ADDSLOTS", "12182");
    await expect.poll(() => bad.call("SET", "foo", "bar").catch(() => "not yet"), { timeout: 20_000 }).toBe("OK");
    const run = await refusal(bad);
    expect(run.stderr).toContain(`${bad.address}: it holds 1 keys`);
  });

  it("a node that knows others", async () => {
    const [bad, other] = await freshNodes(2);
    if (bad === undefined || other === undefined) throw new Error("no node");
    await bad.call("CLUSTER", "MEET", other.host, String(other.port));
    await expect.poll(async () => (await seen(bad)).known, { timeout: 20_000 }).toBe(2);
    expect((await refusal(bad)).stderr).toContain(`${bad.address}: it already knows other nodes`);
  });

  it("a server that is not in cluster mode", async () => {
    const bad = await badNode({});
    expect((await refusal(bad)).stderr).toContain(`${bad.address}: it is not in cluster mode`);
  });

  it("a node whose bus port is closed", async () => {
    const bad = await badNode({ config: { "cluster-enabled": "yes", "cluster-announce-bus-port": "1" } });
    expect((await refusal(bad)).stderr).toContain(`${bad.address}: its bus port 1 cannot be reached from here`);
  });

  it("a node with another password", async () => {
    const bad = await badNode({ config: { "cluster-enabled": "yes", requirepass: "other", masterauth: "other" } });
    expect((await refusal(bad)).stderr).toMatch(/password/i);
  });

  it("a host that is down, together with everything else that is wrong", async () => {
    const dead = await badNode({ config: { "cluster-enabled": "yes" } });
    await dead.stop();
    const plain = await badNode({});
    const run = await refusal(dead, plain.address);
    expect(run.stderr).toContain("2 problems");
    expect(run.stderr).toContain(`${dead.address} refused the connection`);
    expect(run.stderr).toContain("it is not in cluster mode");
  });

  it("one server under two names", async () => {
    const [node] = await freshNodes(1);
    if (node === undefined) throw new Error("no node");
    const run = await refusal({ address: node.address }, `localhost:${node.port}`);
    expect(run.stderr).toContain("it is the same node as");
    expect(await seen(node)).toMatchObject(untouched);
  });

  it("a run without a terminal and without --yes, and a dry run, which prints the placement", async () => {
    const run = await create(good);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain("Add --yes");
    const dry = await create(good, "--dry-run");
    expect(dry.code).toBe(0);
    expect(dry.stdout).toContain("PLACEMENT");
    expect(await Promise.all(good.map(seen))).toMatchObject([untouched, untouched, untouched]);
  });
});

describe("cluster create --undo", () => {
  it("makes strangers of the nodes again, and refuses where one holds a key", async () => {
    const nodes = await freshNodes(3);
    expect((await create(nodes, "--yes")).code).toBe(0);
    const partly = await create(nodes.slice(0, 2), "--undo", "--yes");
    expect(partly.code).toBe(2);
    expect(partly.stderr).toContain("which this command does not name");
    const undone = await create(nodes, "--undo", "--yes");
    expect(undone.code, outcomeOf(undone)).toBe(0);
    expect(await Promise.all(nodes.map(seen))).toMatchObject([untouched, untouched, untouched]);
    expect((await create(nodes, "--yes")).code).toBe(0);
    const owners = await Promise.all(nodes.map((node) => node.call("SET", "foo", "bar").catch(() => "MOVED")));
    expect(owners).toContain("OK");
    const refused = await create(nodes, "--undo", "--yes");
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("it holds 1 keys");
  });
});
