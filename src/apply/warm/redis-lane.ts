import type { BulkReply, FleetNode, RedisBulkPort } from "../../model/node-port.js";

/** The one connection that a warm-up writes to a node through. Made when it is needed, and anew after it was lost. */
export class RedisLane {
  #connection: Promise<RedisBulkPort> | null = null;
  #closed = false;

  constructor(private readonly node: FleetNode) {}

  get address(): string {
    return this.node.identity.address;
  }

  /** @throws CachectlError when the connection cannot be made or is lost; what of the request was carried out is not known then */
  async send(request: Uint8Array, replies: number): Promise<BulkReply[]> {
    const opening = (this.#connection ??= this.node.openBulk());
    try {
      const connection = await opening;
      if (this.#closed) connection.close();
      return await connection.pipeline(request, replies);
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
