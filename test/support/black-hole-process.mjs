// Listens with the smallest backlog and then blocks for ever, so that nothing is ever accepted.
import { createServer } from "node:net";

const server = createServer();
server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
  process.send(server.address().port, () => {
    // Ends with its parent, or when that kills it.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 120_000);
  });
});
