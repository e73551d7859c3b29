import { describe, expect, it } from "vitest";
import { silentServer } from "../support/fault-servers.js";
import { outcomeOf, runCli } from "../support/run-cli.js";
import { startClusterNodes, usingServers, waitUntil, type RedisServer } from "../support/servers/index.js";
import { spawnCli, type RunningCli } from "./spawn-cli.js";

usingServers();

/** Two nodes that can meet, and one whose bus port takes connections and never says a word: it joins nobody. */
async function nodesThatNeverMeet(): Promise<[RedisServer, RedisServer, RedisServer]> {
  const bus = await silentServer();
  const [[a, b], [lost]] = await Promise.all([
    startClusterNodes(2),
    startClusterNodes(1, { config: { "cluster-announce-bus-port": String(bus) } }),
  ]);
  if (a === undefined || b === undefined || lost === undefined) throw new Error("a node is missing");
  return [a, b, lost];
}

const addressesOf = (nodes: readonly RedisServer[]) => nodes.map(({ address }) => address);

async function knownTo(node: RedisServer): Promise<number> {
  return String(await node.call("CLUSTER", "NODES"))
    .trim()
    .split("\n").length;
}

/** Resolves when the run waits for the node that never joins. */
async function startCreation(nodes: readonly [RedisServer, ...RedisServer[]]): Promise<RunningCli> {
  const running = spawnCli(["cluster", "create", ...addressesOf(nodes), "--yes", "--json", "--wait", "10m"]);
  await waitUntil(async () => (await knownTo(nodes[0])) > 1, { what: "the nodes are introduced", timeoutMs: 40_000 });
  return running;
}

describe("cluster create that waits for a node that never joins", () => {
  it("ends with the first signal, says what is done, and how to go on or back", { timeout: 120_000 }, async () => {
    const nodes = await nodesThatNeverMeet();
    const running = await startCreation(nodes);
    running.child.kill("SIGINT");
    expect(await running.ended).toEqual({ code: 130, signal: null });
    const line = `cachectl cluster create ${addressesOf(nodes).join(" ")} --replicas 0`;
    expect(JSON.parse(running.stdout())).toMatchObject({
      interrupted: true,
      change: {
        complete: false,
        done: expect.arrayContaining([`${nodes[0].address} owns slots 0-5460`]) as string[],
        failed: [],
        notDone: ["introduce the nodes to each other", "see that every node agrees"],
        goOn: [line, `${line} --undo`],
      },
    });
    const undone = await runCli([...line.split(" ").slice(1), "--undo", "--yes"]);
    expect(undone.code, outcomeOf(undone)).toBe(0);
    for (const node of nodes) expect(await knownTo(node)).toBe(1);
  });

  it("leaves at once with the second signal, even where a node has stopped answering", async () => {
    const nodes = await nodesThatNeverMeet();
    const running = await startCreation(nodes);
    await nodes[1].freeze();
    // Two of a kind could reach the process as one.
    running.child.kill("SIGINT");
    running.child.kill("SIGTERM");
    expect(await running.ended).toEqual({ code: 130, signal: null });
    expect(running.stdout()).toBe("");
  });
});
