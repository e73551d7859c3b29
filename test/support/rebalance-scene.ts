import { join } from "node:path";
import { hashSlot } from "../../src/model/hash-slot.js";
import type { Report, TableSection } from "../../src/model/report.js";
import { parseClusterNodes } from "../../src/protocol/cluster-nodes.js";
import { countSlots } from "../../src/model/slot-ranges.js";
import { runCli, type CliRun } from "./run-cli.js";
import { startCluster, startClusterNodes, temporaryDirectory, waitUntil, type RedisServer } from "./servers/index.js";

/** A real cluster of primaries with keys, on which the built program moves slots. */
export class RebalanceScene {
  private constructor(
    readonly nodes: RedisServer[],
    /** A state directory of the test's own: journals must not meet another test's. */
    readonly directory: string,
  ) {}

  static async start(release: string | undefined, keys: number, primaries = 3): Promise<RebalanceScene> {
    const chosen = release === undefined ? {} : { release };
    const cluster = await startCluster({ ...chosen, primaries, replicasPerPrimary: 0 });
    const scene = new RebalanceScene([...cluster.primaries], await temporaryDirectory());
    await scene.seed(keys);
    return scene;
  }

  /** A node that the first one has just met: nobody waited until anyone sees it healthy. */
  async addEmptyNode(release?: string): Promise<RedisServer> {
    const [node] = (await startClusterNodes(1, release === undefined ? {} : { release })) as [RedisServer];
    const [first] = this.nodes as [RedisServer];
    const id = String(await node.call("CLUSTER", "MYID"));
    await first.call("CLUSTER", "MEET", node.host, String(node.port));
    // Until then there is nobody to rebalance to.
    await waitUntil(
      async () => {
        const view = parseClusterNodes(String(await first.call("CLUSTER", "NODES")));
        return view.nodes.some((member) => member.id === id && !member.flags.includes("handshake"));
      },
      { what: "the first node knows the newcomer's id", timeoutMs: 30_000 },
    );
    this.nodes.push(node);
    return node;
  }

  get url(): string {
    return `redis+cluster://${this.address(0)}`;
  }

  address(index: number): string {
    const node = this.nodes[index];
    return `${node?.host ?? ""}:${node?.port ?? 0}`;
  }

  file(name: string): string {
    return join(this.directory, name);
  }

  get env(): Record<string, string> {
    return { XDG_STATE_HOME: this.directory };
  }

  /** `cachectl cluster …` on this cluster. */
  run(verb: string, ...args: string[]): Promise<CliRun> {
    return runCli(["cluster", ...verb.split(" "), "-p", this.url, ...args], { env: this.env });
  }

  /** With --json; the report, and the exit code. */
  async report(verb: string, ...args: string[]): Promise<{ code: number | null; report: Report; stderr: string }> {
    const { code, stdout, stderr } = await this.run(verb, "--json", ...args);
    if (stdout === "") throw new Error(`no report, exit ${code}: ${stderr}`);
    return { code, report: JSON.parse(stdout) as Report, stderr };
  }

  /** How many slots each node owns, by its own word. */
  slotCounts(): Promise<number[]> {
    return Promise.all(
      this.nodes.map(async (node) => {
        const view = parseClusterNodes(String(await node.call("CLUSTER", "NODES")));
        return countSlots(view.nodes.find(({ myself }) => myself)?.slots ?? []);
      }),
    );
  }

  /** Names and values of all keys, sorted; a key on two primaries is there twice. */
  async content(): Promise<string[]> {
    const content = await Promise.all(
      this.nodes.map(async (node) => {
        // One that was drained may have become a replica.
        if (((await node.call("ROLE")) as string[])[0] !== "master") return [];
        const names = ((await node.call("KEYS", "key:*")) as string[]).sort();
        const values = await Promise.all(names.map((name) => node.call("GET", name)));
        return names.map((name, i) => `${name}=${String(values[i])}`);
      }),
    );
    return content.flat().sort();
  }

  private async seed(count: number): Promise<void> {
    const names = Array.from({ length: count }, (_, i) => `key:${i}`);
    await Promise.all(
      names.map((name) => {
        const owner = Math.floor(((hashSlot(name) + 1) * this.nodes.length - 1) / 16_384);
        return (this.nodes[owner] as RedisServer).call("SET", name, `value of ${name}`);
      }),
    );
  }
}

/** The rows of a report's section; none when the section is not there. */
export function rowsOf(report: Report, id: string): TableSection["rows"] {
  const section = report.sections.find((found) => found.id === id);
  return section?.kind === "table" ? section.rows : [];
}

/** What goes where, of a plan's or a result's section, in one spelling. */
export function routes(report: Report, id: "moves" | "moved"): string[] {
  return rowsOf(report, id)
    .map(({ from, to, slots }) => `${String(from)} ${String(to)} ${String(slots)}`)
    .sort();
}
