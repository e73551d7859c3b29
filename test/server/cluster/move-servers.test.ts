import { describe, expect, it } from "vitest";
import type { MoveStep } from "../../../src/apply/move-types.js";
import { Secret } from "../../../src/model/secret.js";
import { LiveMover, lostOrChanged, seedEveryType, slotTroubles, wholeKeyspace } from "../../support/move-live.js";
import {
  releases,
  startCluster,
  usingServers,
  waitUntil,
  type RedisServer,
  type TestCluster,
} from "../../support/servers/index.js";

usingServers();

const deadline = 120_000;

async function withCluster(
  options: Parameters<typeof startCluster>[0],
  work: (mover: LiveMover, nodes: [RedisServer, RedisServer, RedisServer], cluster: TestCluster) => Promise<void>,
): Promise<void> {
  const cluster = await startCluster({ primaries: 3, replicasPerPrimary: 0, ...options });
  const password = options?.config?.["requirepass"];
  const mover = await LiveMover.open(cluster.nodes, password === undefined ? {} : { password });
  try {
    await work(mover, cluster.primaries as [RedisServer, RedisServer, RedisServer], cluster);
  } finally {
    mover.close();
    await cluster.stop();
  }
}

const withJobs = (await releases()).filter(({ name }) => name === "valkey-9.1");

describe.each(withJobs)("the servers' own migration on $name", () => {
  it(
    "moves slots by jobs on Valkey 9, and a run picks up the job of one that was killed",
    { timeout: deadline },
    async () => {
      await withCluster({ release: "valkey-9.1" }, async (mover, nodes) => {
        const [first, , third] = nodes;
        await seedEveryType(mover, nodes, 40);
        const before = await wholeKeyspace(mover, nodes);
        const moves = [{ from: first, to: third, slots: [[0, 700]] as [number, number][] }];
        const killed = new Error("killed here");
        const onStep = (step: MoveStep) => (step === "job-begun" ? Promise.reject(killed) : Promise.resolve());
        await expect(mover.move(moves, { engine: "auto" }, { onStep })).rejects.toBe(killed);
        const result = await mover.move(moves, { engine: "auto" });
        expect(result).toMatchObject({ notMoved: [], moved: [{ engine: "migrateslots", slots: [[0, 700]] }] });
        expect(await slotTroubles(mover, nodes)).toEqual([]);
        expect(lostOrChanged(before, await wholeKeyspace(mover, nodes))).toEqual([]);
      });
    },
  );

  it(
    "waits for a job with other slots that a killed run left, and moves only what is left",
    { timeout: deadline },
    async () => {
      await withCluster({ release: "valkey-9.1" }, async (mover, nodes) => {
        const [first, second, third] = nodes;
        await seedEveryType(mover, nodes, 40);
        const before = await wholeKeyspace(mover, nodes);
        await slowJob(mover, first, third, [300, 900]);
        const moves = [
          { from: first, to: third, slots: [[0, 700]] as [number, number][] },
          { from: first, to: second, slots: [[1000, 1200]] as [number, number][] },
        ];
        const result = await mover.move(moves, { engine: "auto" });
        expect(result).toMatchObject({ notMoved: [], notes: [] });
        expect(result.moved.map(({ engine, slots }) => [engine, slots])).toEqual([
          ["migrateslots", [[0, 700]]],
          ["migrateslots", [[1000, 1200]]],
        ]);
        const done = mover.journal.flatMap((entry) => (entry.kind === "done" ? entry.slots : []));
        expect(done).toEqual([
          [0, 299],
          [1000, 1200],
        ]);
        expect(await slotTroubles(mover, nodes)).toEqual([]);
        expect(lostOrChanged(before, await wholeKeyspace(mover, nodes))).toEqual([]);
      });
    },
  );

  it("begins nothing beside a job that runs when a stop is asked for", { timeout: deadline }, async () => {
    await withCluster({ release: "valkey-9.1" }, async (mover, nodes) => {
      const [first, , third] = nodes;
      await seedEveryType(mover, nodes, 40);
      await slowJob(mover, first, third, [300, 900]);
      const stop = new AbortController();
      const moving = mover.move(
        [{ from: first, to: third, slots: [[0, 99]] }],
        { engine: "auto" },
        { stopRequested: stop.signal },
      );
      stop.abort();
      const result = await moving;
      expect(result).toMatchObject({ moved: [], notMoved: [{ state: "not-begun", slots: [[0, 99]] }] });
      expect(await runningJobs(first)).toBe(1);
    });
  });

  it("falls back to MIGRATE where the login may not ask for a job", { timeout: deadline }, async () => {
    await withCluster({ release: "valkey-9.1" }, async (mover, nodes) => {
      const [first, , third] = nodes;
      await seedEveryType(mover, nodes, 5);
      const before = await wholeKeyspace(mover, nodes);
      for (const node of nodes) await node.call("ACL", "SETUSER", "default", "-cluster|migrateslots");
      const moves = [{ from: first, to: third, slots: [[0, 99]] as [number, number][] }];
      const strict = await mover.move(moves, { engine: "server" });
      expect(strict).toMatchObject({ moved: [], notMoved: [{ state: "not-begun" }] });
      const result = await mover.move(moves, { engine: "auto" });
      expect(result).toMatchObject({ notMoved: [], moved: [{ engine: "classic" }] });
      expect(result.notes.join()).toContain("NOPERM");
      expect(lostOrChanged(before, await wholeKeyspace(mover, nodes))).toEqual([]);
    });
  });
});

/** For each key. The job outlasts a machine that stands still for a while. */
const delayUs = 500_000;

/** A job as a killed run leaves it: it goes on for some seconds. The delay counts for the snapshot that begins under it. */
async function slowJob(mover: LiveMover, from: RedisServer, to: RedisServer, [a, b]: [number, number]) {
  const forks = async () => Number(/total_forks:(\d+)/.exec(String(await from.call("INFO", "stats")))?.[1]);
  const before = await forks();
  await from.call("CONFIG", "SET", "rdb-key-save-delay", String(delayUs));
  await from.call("CLUSTER", "MIGRATESLOTS", "SLOTSRANGE", String(a), String(b), "NODE", mover.at(to).id);
  await waitUntil(async () => (await forks()) > before, { what: "the snapshot has begun", timeoutMs: 20_000 });
  expect(await runningJobs(from)).toBe(1);
  await from.call("CONFIG", "SET", "rdb-key-save-delay", "0");
}

async function runningJobs(server: RedisServer): Promise<number> {
  const jobs = JSON.stringify(await server.call("CLUSTER", "GETSLOTMIGRATIONS"));
  return jobs.split('"name"').length - 1 - (jobs.match(/"(?:success|failed|cancelled)"/g)?.length ?? 0);
}

describe("nodes that ask for a password", () => {
  it.each(["redis-6.0", "valkey-8.1"])(
    "hands it on in MIGRATE on %s and never shows it",
    { timeout: deadline },
    async (release) => {
      const config = { requirepass: "s3cret-word" };
      await withCluster({ release, config }, async (mover, nodes) => {
        const [first, second] = nodes;
        await seedEveryType(mover, nodes, 5);
        const before = await wholeKeyspace(mover, nodes);
        const moves = [{ from: first, to: second, slots: [[0, 5000]] as [number, number][] }];
        const login = (username: string | null, text: string) => ({
          credentials: { username, password: new Secret(text) },
        });
        for (const options of [{}, login(null, "wr0ng-word"), login("nobody", "wr0ng-word")]) {
          const refused = await mover.move(moves, options);
          expect(refused.notMoved.every(({ state }) => state === "not-begun")).toBe(true);
          expect(JSON.stringify([refused, mover.journal])).not.toMatch(/wr0ng-word|s3cret-word/);
          expect(refused.notMoved.map(({ reason }) => reason).join()).toMatch(/NOAUTH|WRONGPASS|invalid password/);
        }
        expect(await slotTroubles(mover, nodes)).toEqual([]);
        expect(await mover.move(moves, login(null, "s3cret-word"))).toMatchObject({ notMoved: [] });
        for (const node of nodes)
          await node
            .call("ACL", "SETUSER", "mover", "on", ">m0ver-word", "~*", "&*", "+@all")
            .catch(() => node.call("ACL", "SETUSER", "mover", "on", ">m0ver-word", "~*", "+@all"));
        const back = [{ from: second, to: first, slots: [[0, 5000]] as [number, number][] }];
        expect(await mover.move(back, login("mover", "m0ver-word"))).toMatchObject({ notMoved: [] });
        expect(lostOrChanged(before, await wholeKeyspace(mover, nodes))).toEqual([]);
      });
    },
  );
});

describe("a primary that gives its last slot away", () => {
  it.each(["redis-7.0", "valkey-8.1"])(
    "may become a replica, which is no failure, on %s",
    { timeout: deadline },
    async (release) => {
      await withCluster({ release }, async (mover, nodes) => {
        const [first, second, third] = nodes;
        await seedEveryType(mover, nodes, 5);
        const before = await wholeKeyspace(mover, nodes);
        const moves = [{ from: first, to: second, slots: [[0, 5460]] as [number, number][] }];
        expect(await mover.move(moves)).toMatchObject({ notMoved: [], moved: [{ slots: [[0, 5460]] }] });
        // By now the source has copies of the target's keys, which are not there to be moved.
        await waitUntil(async () => String(await first.call("INFO", "replication")).includes("master_link_status:up"), {
          what: "the source follows the target",
          timeoutMs: 30_000,
        });
        expect(await mover.move(moves)).toMatchObject({ notMoved: [], keys: 0 });
        expect(await slotTroubles(mover, [second, third])).toEqual([]);
        expect(lostOrChanged(before, await wholeKeyspace(mover, [second, third]))).toEqual([]);
      });
    },
  );
});
