import { CachectlError, ServerReplyError } from "../../model/errors.js";
import type { SentinelMasterFacts } from "../../model/facts.js";
import { bytesOfText } from "../../model/key-name.js";
import { ReplyError, type BulkReply, type FleetNode, type RedisBulkPort, type Reply } from "../../model/node-port.js";
import { replyList } from "../../protocol/replies.js";
import { parseSentinelMasters } from "../../protocol/sentinel.js";
import type { DrillDeps } from "./drill-deps.js";

/**
 * One connection to each sentinel, made anew after it broke or gave no answer: a sentinel that stands still for some seconds can be
 * asked again, where the connection of the first look would stay silent for good.
 */
export class SentinelConnections {
  readonly #opened = new Map<string, Promise<RedisBulkPort>>();
  /** Who gave no answer when last asked. */
  readonly #silent = new Set<string>();

  constructor(private readonly nodeAt: DrillDeps["nodeAt"]) {}

  /** Makes sure that there is a connection that has not broken. Rejects as the connection does. */
  async open(address: string): Promise<void> {
    await this.connection(address);
  }

  /** Rejects as the connection does. */
  async ask(address: string, command: string, ...args: string[]): Promise<Reply> {
    const opened = this.connection(address);
    try {
      const reply = plain(await (await opened).call(command, ...args.map(bytesOfText)));
      this.#silent.delete(address);
      return reply;
    } catch (error) {
      if (error instanceof ServerReplyError) this.#silent.delete(address);
      else this.forget(address, opened);
      throw error;
    }
  }

  /**
   * What clients ask before they connect. Each call begins with the next sentinel, as an application's many clients spread over
   * them, and takes the first that answers; one that is silent is waited for only when all others are too. Read-only.
   *
   * @throws CachectlError unreached `no-sentinel-answers`
   */
  primaryFinder(
    addresses: readonly string[],
    masterName: string,
    dialled: DrillDeps["dialled"],
  ): () => Promise<string> {
    let turn = 0;
    return async () => {
      const from = turn++ % addresses.length;
      const inTurn = [...addresses.slice(from), ...addresses.slice(0, from)];
      const reasons: string[] = [];
      for (const address of inTurn.sort((a, b) => this.rank(a) - this.rank(b))) {
        try {
          const [host, port] = replyList(await this.ask(address, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", masterName));
          if (typeof host === "string" && typeof port === "string") return dialled(joined(host, port));
          reasons.push(`${address} does not know ${masterName}`);
        } catch (error) {
          if (!(error instanceof CachectlError)) throw error;
          reasons.push(error.message);
        }
      }
      throw new CachectlError(
        "unreached",
        "no-sentinel-answers",
        `no sentinel names the primary of ${masterName}: ${reasons.join("; ")}`,
        "Look at the sentinels' logs.",
      );
    };
  }

  /** SENTINEL MASTERS of one sentinel, the one that is meant. Read-only. Rejects as the connection does. */
  async master(address: string, masterName: string): Promise<SentinelMasterFacts | null> {
    const masters = parseSentinelMasters(await this.ask(address, "SENTINEL", "MASTERS"));
    return masters.find(({ name }) => name === masterName) ?? null;
  }

  private connection(address: string): Promise<RedisBulkPort> {
    const present = this.#opened.get(address);
    if (present !== undefined) return present;
    const opened = nodeOf(address, this.nodeAt).openBulk();
    this.#opened.set(address, opened);
    opened.catch(() => this.forget(address, opened));
    return opened;
  }

  private forget(address: string, opened: Promise<RedisBulkPort>): void {
    if (this.#opened.get(address) === opened) this.#opened.delete(address);
    this.#silent.add(address);
  }

  private rank(address: string): number {
    return this.#silent.has(address) ? 1 : 0;
  }
}

/** Names of masters are texts, where the bulk connection gives bytes. */
function plain(reply: BulkReply): Reply {
  if (Array.isArray(reply)) return reply.map(plain);
  const bytes = reply instanceof ReplyError ? reply.text : reply;
  return typeof bytes === "string" ? Buffer.from(bytes, "latin1").toString("utf8") : bytes;
}

/** @throws CachectlError unreached where discovery did not find it */
export function nodeOf(address: string, nodeAt: DrillDeps["nodeAt"]): FleetNode {
  const node = nodeAt(address);
  if (node !== null) return node;
  throw new CachectlError(
    "unreached",
    "node-not-found",
    `${address} is named by a sentinel, and is none of the nodes that were found at the start`,
    "Run cachectl again; for addresses that are only valid elsewhere set natMap in the profile.",
  );
}

function joined(host: string, port: string): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
