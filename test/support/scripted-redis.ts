import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { RespReader } from "../../src/protocol/resp.js";
import { endWithTheTest } from "./with-the-test.js";

/** A listener that speaks RESP and gives the answers of `answer`, ready encoded, for what no server at hand can do. Ends with the test. */
export async function scriptedRedis(answer: (words: string[]) => string): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    const reader = new RespReader();
    socket.on("error", () => {});
    socket.on("data", (bytes: Buffer) => {
      reader.push(bytes.toString("latin1"));
      for (let request = reader.next(); request !== undefined; request = reader.next())
        socket.write(answer(request as string[]), "latin1");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  endWithTheTest(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

export type Encodable = string | number | null | Encodable[];

/** A RESP2 reply: texts in bulk, numbers as integers. */
export function encoded(reply: Encodable): string {
  if (reply === null) return "$-1\r\n";
  if (typeof reply === "number") return `:${reply}\r\n`;
  if (typeof reply === "string") return `$${reply.length}\r\n${reply}\r\n`;
  return `*${reply.length}\r\n${reply.map(encoded).join("")}`;
}
