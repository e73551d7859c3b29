import type { BulkReply, FleetNode, RedisBulkPort } from "../../model/node-port.js";
import { encodeCommand } from "../../protocol/resp.js";

/** The one connection that a warm-up writes to a node through. Made when it is needed, and anew after it was lost. */
export class RedisLane {
  #connection: Promise<RedisBulkPort> | null = null;
  #closed = false;

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
    const opening = (this.#connection ??= openReadWrite(this.node));
    try {
      const connection = await opening;
      if (this.#closed) connection.close();
      return mayWrite() ? await connection.pipeline(request, replies) : null;
    } catch (error) {
      // Other requests that wait on it learn the same by themselves; only the first of them opens the next one.
      if (this.#connection === opening) this.#connection = null;
      throw error;
    }
  }

  close(): void {
    this.#closed = true;
    this.#connection?.then(
      (connection) => connection.close(),
      () => undefined,
    );
  }
}

/**
 * Bulk connections may read from replicas. A primary that is demoted under us would then answer scripts and PTTL itself in place of
 * saying MOVED. A server that is no cluster refuses the command, and has no such mode.
 */
async function openReadWrite(node: FleetNode): Promise<RedisBulkPort> {
  const connection = await node.openBulk();
  await connection.pipeline(encodeCommand("READWRITE"), 1);
  return connection;
}
