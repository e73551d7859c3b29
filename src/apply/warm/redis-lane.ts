import type { BulkReply, FleetNode, RedisBulkPort } from "../../model/node-port.js";
import { encodeCommand } from "../../protocol/resp.js";
import { parseInfo } from "../../protocol/info.js";

/** The one connection that a warm-up writes to a node through. Made when it is needed, and anew after it was lost. */
export class RedisLane {
  #connection: Promise<RedisBulkPort> | null = null;
  #closed = false;
  #runId: string | null = null;
  /** How often the server was found to be another process, which had no append-only file to read what the one before held. */
  restartedEmpty = 0;
  /** Whether a connection was lost, or could not be made. */
  hasFailed = false;
  /** Whether it was connected to anew, and this login may not ask whether it is the same process. */
  lifeUnknown = false;

  constructor(private readonly node: FleetNode) {}

  get address(): string {
    return this.node.identity.address;
  }

  /**
   * @param mayWrite asked at the last moment, since a connection may have been waited for
   * @returns null where it was not sent, because it may not
   * @throws CachectlError when the connection cannot be made or is lost; what of the request was carried out is not known then
   */
  async send(request: Uint8Array, replies: number, mayWrite: () => boolean): Promise<BulkReply[] | null> {
    const opening = (this.#connection ??= this.open());
    try {
      const connection = await opening;
      if (this.#closed) connection.close();
      return mayWrite() ? await connection.pipeline(request, replies) : null;
    } catch (error) {
      this.hasFailed = true;
      // Other requests that wait on it learn the same by themselves; only the first of them opens the next one.
      if (this.#connection === opening) this.#connection = null;
      throw error;
    }
  }

  private async open(): Promise<RedisBulkPort> {
    const connection = await openReadWrite(this.node);
    const [server = null, persistence = null] = await connection.pipeline(askLife, 2);
    // Null: this login may not ask.
    const runId = infoField(server, "server", "run_id");
    this.lifeUnknown ||= this.hasFailed && runId === null;
    const isAnother = this.#runId !== null && runId !== null && runId !== this.#runId;
    if (isAnother && infoField(persistence, "persistence", "aof_enabled") === "0") this.restartedEmpty++;
    this.#runId = runId ?? this.#runId;
    return connection;
  }

  close(): void {
    this.#closed = true;
    this.#connection?.then(
      (connection) => connection.close(),
      () => undefined,
    );
  }
}

const askLife = encodeCommand("INFO", "server") + encodeCommand("INFO", "persistence");

/**
 * Bulk connections may read from replicas. A primary that is demoted under us would then answer scripts and PTTL itself in place of
 * saying MOVED. A server that is no cluster refuses the command, and has no such mode.
 */
async function openReadWrite(node: FleetNode): Promise<RedisBulkPort> {
  const connection = await node.openBulk();
  await connection.pipeline(encodeCommand("READWRITE"), 1);
  return connection;
}

function infoField(reply: BulkReply, section: string, field: string): string | null {
  return typeof reply === "string" ? (parseInfo(reply)[section]?.[field] ?? null) : null;
}
