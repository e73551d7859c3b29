import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { endWithTheTest } from "./with-the-test.js";

export interface WatchedListener {
  port: number;
  /** Resolves when somebody has connected. */
  connected: Promise<void>;
  /** Resolves when the first who connected has gone again. */
  left: Promise<void>;
}

/** Accepts connections, answers nothing, and says who comes and goes. Ends with the test. */
export async function watchedListener(): Promise<WatchedListener> {
  const server = createServer();
  const first = new Promise<Socket>((resolve) => {
    server.on("connection", (socket: Socket) => {
      socket.on("error", () => socket.destroy());
      // What is not read hides that the other side has gone.
      socket.resume();
      resolve(socket);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  endWithTheTest(() => {
    server.close();
    void first.then((socket) => socket.destroy());
  });
  return {
    port: (server.address() as AddressInfo).port,
    connected: first.then(() => {}),
    left: first.then(async (socket) => {
      if (!socket.closed) await once(socket, "close");
    }),
  };
}
