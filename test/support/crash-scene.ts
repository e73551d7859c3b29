import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { spawnCli, type RunningCli } from "../cli/spawn-cli.js";
import { sizeOf, untilSettled } from "./cluster-settled.js";
import { differencesFrom } from "./cluster-workload-check.js";
import type { Ledger } from "./cluster-workload-ledger.js";
import { ClusterWorkload } from "./cluster-workload.js";
import { FaultProxies, type PassingCommand } from "./fault-proxy.js";
import { startCluster, temporaryDirectory, waitUntil, type RedisServer, type TestCluster } from "./servers/index.js";

const lockKey = "cachectl:cluster-lock";

export interface SceneOptions {
  release: string;
  /** Of the program: `classic` or `server`. */
  engine: string;
}

/**
 * A cluster of three primaries with data, the program before it, and proxies between them. Each case moves some slots from one
 * primary to another and back again, so that many cases share one cluster.
 */
export class CrashScene {
  /** The one that gets slots in the present move, the one that gives them, and the one that has no part in it. */
  parts: { target: RedisServer; source: RedisServer; bystander: RedisServer };

  private constructor(
    readonly cluster: TestCluster,
    readonly proxies: FaultProxies,
    readonly ledger: Ledger,
    private readonly dir: string,
    private readonly engine: string,
  ) {
    const [target, source, bystander] = cluster.primaries as [RedisServer, RedisServer, RedisServer];
    this.parts = { target, source, bystander };
  }

  static async start({ release, engine }: SceneOptions): Promise<CrashScene> {
    const cluster = await startCluster({
      release,
      replicasPerPrimary: 0,
      // What a server has answered is on the disk: a killed one must come back with all of it.
      config: { appendonly: "yes", appendfsync: "always", "cluster-node-timeout": "3000" },
    });
    const workload = await ClusterWorkload.start(cluster.nodes, { stillKeys: 8_000, workers: 0 });
    const ledger = await workload.stop();
    const proxies = await FaultProxies.start(cluster.nodes);
    const dir = await temporaryDirectory();
    const scene = new CrashScene(cluster, proxies, ledger, dir, engine);
    const timeouts = { connect: "2s", command: "3s" };
    await mkdir(join(dir, "proxied"));
    await mkdir(join(dir, "direct"));
    await writeFile(join(dir, "proxied", "scene.yaml"), proxies.profile({ timeouts }));
    const nodes = cluster.nodes.map(({ address }) => address);
    await writeFile(join(dir, "direct", "scene.yaml"), JSON.stringify({ kind: "cluster", nodes, timeouts }));
    return scene;
  }

  /**
   * Turns to the next move: some hundred slots from the fuller of the first two primaries to the other; the third keeps its
   * share. Goes by what they have, so that it does not matter how far the last case came.
   */
  async next(): Promise<void> {
    const [first, second, bystander] = this.cluster.primaries as [RedisServer, RedisServer, RedisServer];
    const [inFirst, inSecond] = [await slotsOf(first), await slotsOf(second)];
    this.parts =
      inFirst <= inSecond ? { target: first, source: second, bystander } : { target: second, source: first, bystander };
  }

  /** Starts the program on the present move, through the proxies. */
  rebalance(): RunningCli {
    return this.#run("proxied", ...this.#move);
  }

  /** One rerun of the same command, or one `cluster fix`, ends with 0 and with a whole cluster. */
  async expectCured(cure: "rerun" | "fix"): Promise<void> {
    const { code, told } = await this.rerun(cure);
    expect(code, `${cure}: ${told}`).toBe(0);
    await this.expectWhole();
  }

  async rerun(cure: "rerun" | "fix"): Promise<{ code: number | null; told: string }> {
    // The proxies let one command at a time pass, which only costs time here; the profile's name and the journal are the same.
    const run = this.#run("direct", ...(cure === "fix" ? ["fix"] : this.#move));
    const { code } = await run.ended;
    return { code, told: run.stdout() + run.stderr() };
  }

  get #move(): string[] {
    const { target, source } = this.parts;
    const weights = [`${target.address}=1.01`, `${source.address}=0.99`].flatMap((share) => ["--weight", share]);
    return ["rebalance", ...weights, "--threshold", "0.5", "--engine", this.engine];
  }

  #run(profiles: "proxied" | "direct", ...words: string[]): RunningCli {
    const selection = ["-p", "scene", "--profiles-dir", join(this.dir, profiles), "--yes"];
    return spawnCli(["cluster", ...words, ...selection], { XDG_STATE_HOME: this.dir });
  }

  /** Waits until the servers have recovered among themselves, as far as they do without help: open slots stay open. */
  async untilUp(): Promise<void> {
    const isUp = async (member: RedisServer) =>
      String(await member.call("CLUSTER", "INFO")).includes("cluster_state:ok");
    await waitUntil(async () => (await Promise.all(this.cluster.nodes.map(isUp))).every(Boolean), {
      what: "every member says cluster_state:ok",
      timeoutMs: 60_000,
      everyMs: 100,
    });
  }

  /** As if the half minute had passed in which a killed run's lock expires: the server removes the key in the same way. */
  async letLockExpire(): Promise<void> {
    for (const primary of this.cluster.primaries) {
      // Only one of them answers without a redirection.
      await primary.call("PEXPIRE", lockKey, "1").catch(() => undefined);
    }
    await this.untilUnlocked();
  }

  /** The lock of a killed run lasts for thirty seconds. */
  async untilUnlocked(): Promise<void> {
    await waitUntil(async () => !(await this.#isLocked()), { what: "the lock has expired", timeoutMs: 45_000 });
  }

  /** Sixteen thousand slots covered, none open, one view, every key once with its value. */
  async expectWhole(): Promise<void> {
    await untilSettled(this.cluster.nodes, 60_000);
    expect((await differencesFrom(this.ledger, this.cluster.nodes)).slice(0, 10)).toEqual([]);
  }

  /** What a command is in the course of the present move; null: it changes nothing and does not touch the slots. */
  stepOf({ words, server }: PassingCommand): string | null {
    const [command = "", subcommand = "", , action = ""] = words.map((word) => word.toLowerCase());
    if (command === "migrate") return "migrate";
    if (command === "set") return "lock";
    if (command === "exec") return "unlock";
    if (command !== "cluster") return null;
    if (subcommand === "setslot") return `${action} on ${this.#partOf(server)}`;
    return ["getkeysinslot", "migrateslots", "getslotmigrations"].includes(subcommand) ? subcommand : null;
  }

  #partOf(server: RedisServer): string {
    const found = Object.entries(this.parts).find(([, one]) => one === server);
    return found?.[0] ?? "another";
  }

  async #isLocked(): Promise<boolean> {
    const answers = await Promise.all(
      this.cluster.primaries.map((primary) => primary.call("EXISTS", lockKey).catch(() => 0)),
    );
    return answers.includes(1);
  }
}

async function slotsOf(server: RedisServer): Promise<number> {
  const nodes = String(await server.call("CLUSTER", "NODES"));
  const own = nodes.split("\n").find((line) => line.includes("myself")) ?? "";
  return own
    .split(" ")
    .slice(8)
    .filter((range) => !range.startsWith("["))
    .reduce((sum, range) => sum + sizeOf(range), 0);
}
