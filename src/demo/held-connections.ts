import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { Address } from "./demo-deps.js";

/** Idle connections, like those of a pool that was set far too large. They end with this process at the latest. */
export class HeldConnections {
  readonly #sockets: Socket[] = [];

  async open(address: Address, count: number): Promise<void> {
    const opened = Array.from({ length: count }, () => {
      const socket = connect(address);
      this.#sockets.push(socket);
      return once(socket, "connect").then(() => {
        // The server may end before its connections are let go; that is no news to anybody.
        socket.on("error", () => undefined);
        socket.unref();
      });
    });
    await Promise.all(opened);
  }

  close(): void {
    for (const socket of this.#sockets.splice(0)) socket.destroy();
  }
}
