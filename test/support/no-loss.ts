import { expect, it } from "vitest";
import { untilSettled } from "./cluster-settled.js";
import { differencesFrom } from "./cluster-workload-check.js";
import { ClusterWorkload } from "./cluster-workload.js";
import { runCli } from "./run-cli.js";
import { startCluster, startClusterNodes, temporaryDirectory, type RedisServer } from "./servers/index.js";

/** In the second round the node comes back that the first has removed. */
const rounds = 2;

/** Lets a cluster of this release be changed again and again under load. A file for each release: they run at the same time. */
export function testNoLoss(release: string, { replicasPerPrimary }: { replicasPerPrimary: number }): void {
  it(`on ${release}, every key is as its writers' own account says`, { timeout: 240_000 }, async () => {
    const cluster = await startCluster({ release, replicasPerPrimary });
    const [newcomer] = (await startClusterNodes(1, { release })) as [RedisServer];
    const change = await changer(cluster.nodes);
    const workload = await ClusterWorkload.start(cluster.nodes, { stillKeys: 20_000 });
    for (let round = 0; round < rounds; round++) {
      await change("add-node", newcomer.address);
      await change("rebalance", "--include-empty");
      await untilSettled([...cluster.nodes, newcomer]);
      await change("rebalance", ...unequalShares(cluster.primaries, round));
      await change("rebalance", "--drain", newcomer.address);
      await change("del-node", newcomer.address);
      await untilSettled(cluster.nodes);
    }
    const ledger = await workload.stop();
    expect({ losses: ledger.losses.slice(0, 10), refused: workload.refused.slice(0, 10) }).toEqual({
      losses: [],
      refused: [],
    });
    expect((await differencesFrom(ledger, cluster.nodes)).slice(0, 10)).toEqual([]);
    // The account would hold of nothing at all too.
    expect(ledger.operations).toBeGreaterThan(20_000 + rounds * 500);
    expect(ledger.uncertainKeys.length).toBeLessThan(20);
    expect(Number(await newcomer.call("DBSIZE"))).toBe(0);
  });
}

/** Runs the built program on the cluster, and fails with all that it says where it does not end with 0. */
async function changer([seed]: RedisServer[]): Promise<(verb: string, ...args: string[]) => Promise<void>> {
  const state = await temporaryDirectory();
  const selection = ["-p", `redis+cluster://${seed?.address}`, "--yes"];
  return async (verb, ...args) => {
    const run = await runCli(["cluster", verb, ...args, ...selection], { env: { XDG_STATE_HOME: state } });
    expect(run.code, `cluster ${verb} ${args.join(" ")}: ${run.stdout}${run.stderr}`).toBe(0);
  };
}

/** Another primary gets twice as much in each round. */
function unequalShares(primaries: RedisServer[], round: number): string[] {
  const favoured = primaries[round % primaries.length];
  return ["--weight", `${favoured?.address}=2`];
}
