import { once } from "node:events";
import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { FreePorts } from "../../../src/demo/free-ports.js";

describe("FreePorts", () => {
  it("gives no port twice, and leaves room for the cluster bus", async () => {
    const ports = new FreePorts();
    const taken = await Promise.all(Array.from({ length: 50 }, () => ports.take({ clusterBus: true })));
    expect(new Set(taken).size).toBe(50);
    for (const port of taken) expect(port + 10_000).toBeLessThan(32_768);
  });

  it("gives ports that can be listened on, together with the bus port", async () => {
    const port = await new FreePorts().take({ clusterBus: true });
    for (const wanted of [port, port + 10_000]) {
      const server = createServer().listen(wanted, "127.0.0.1");
      await once(server, "listening");
      server.close();
    }
  });
});
