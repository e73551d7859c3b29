import { describe, expect, it } from "vitest";
import { hashSlot } from "../../../src/model/hash-slot.js";
import { LiveMover, slotTroubles } from "../../support/move-live.js";
import { releases, startCluster, usingServers, type RedisServer } from "../../support/servers/index.js";

usingServers();

const withDatabases = (await releases()).filter(({ name }) => name === "valkey-9.1");
const deadline = 120_000;
const slot = hashSlot("{tag}");

/** Valkey 9 counts and lists the keys of a slot in the selected database only, and drops all of them with SETSLOT NODE. */
describe.each(withDatabases)("keys in several databases on $name", ({ name: release }) => {
  it(
    "are not left behind: MIGRATE is refused, and the servers' own migration takes them all",
    { timeout: deadline },
    async () => {
      const config = { "cluster-databases": "4" };
      const cluster = await startCluster({ release, primaries: 3, replicasPerPrimary: 0, config });
      const source = await holderOf(cluster.primaries);
      const target = cluster.primaries.find((node) => node !== source) as RedisServer;
      for (const database of ["0", "3"]) {
        await source.call("SELECT", database);
        await source.call("SET", "{tag}:1", `in ${database}`);
      }
      const mover = await LiveMover.open(cluster.primaries);
      try {
        const refused = await mover.move([{ from: source, to: target, slots: [[slot, slot]] }], { engine: "classic" });
        expect(refused).toMatchObject({ moved: [], keys: 0, notMoved: [{ state: "not-begun" }] });
        expect(refused.notMoved[0]?.reason).toContain("has keys in db3, which MIGRATE would leave behind");
        expect(await valuesOn(source)).toEqual(["in 0", "in 3"]);
        expect(await slotTroubles(mover, cluster.primaries)).toEqual([]);
        const moved = await mover.move([{ from: source, to: target, slots: [[slot, slot]] }], { engine: "auto" });
        expect(moved).toMatchObject({ notMoved: [], moved: [{ engine: "migrateslots" }] });
        expect(await valuesOn(target)).toEqual(["in 0", "in 3"]);
      } finally {
        mover.close();
      }
    },
  );
});

async function valuesOn(node: RedisServer): Promise<unknown[]> {
  const values: unknown[] = [];
  for (const database of ["0", "3"]) {
    await node.call("SELECT", database);
    values.push(await node.call("GET", "{tag}:1"));
  }
  return values;
}

async function holderOf(nodes: readonly RedisServer[]): Promise<RedisServer> {
  const answers = await Promise.all(nodes.map((node) => node.call("GET", "{tag}:1").catch(String)));
  return nodes[answers.findIndex((answer) => answer === null)] as RedisServer;
}
