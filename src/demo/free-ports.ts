import { randomInt } from "node:crypto";
import { createServer } from "node:net";
import { DemoError } from "./demo-error.js";

/** A cluster node talks to its peers on its own port plus this. */
const clusterBusOffset = 10_000;

// Below 32768, where Linux begins to hand out ports for outgoing connections: a port that is free now is not taken by some
// client a moment later, nor while a server is being restarted. The bus port of the highest one stays below it as well.
const lowest = 12_000;
const highest = 22_000;

/** The range's parts: the demo has the first. The others are for whoever else starts servers beside it, as its tests do. */
export const portParts = 5;

const maxAttempts = 500;

/** Hands out loopback ports that nobody listens on, none twice. Another process may still win the race: retry then. */
export class FreePorts {
  readonly #given = new Set<number>();

  readonly #first: number;
  readonly #end: number;

  /** The range is divided into `parts`, of which this has one: processes that share a machine can keep apart. */
  constructor(part = 0, parts = 1) {
    const size = Math.floor((highest - lowest) / parts);
    this.#first = lowest + part * size;
    this.#end = this.#first + size;
  }

  /** `clusterBus`: the port 10,000 above is free too. */
  async take({ clusterBus }: { clusterBus: boolean }): Promise<number> {
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const port = randomInt(this.#first, this.#end);
      if (this.#given.has(port)) continue;
      this.#given.add(port);
      if ((await isFree(port)) && (!clusterBus || (await isFree(port + clusterBusOffset)))) return port;
    }
    throw new DemoError(
      "no-free-port",
      `No free port between ${this.#first} and ${this.#end} on 127.0.0.1 was found.`,
      "End some of the servers that listen there.",
    );
  }
}

/** Only the kernel knows: listens on the port for an instant. */
async function isFree(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen({ port, host: "127.0.0.1", exclusive: true }, () => probe.close(() => resolve(true)));
  });
}
