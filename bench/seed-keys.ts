import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { hashSlot, slotCount } from "../src/model/hash-slot.js";

/** The command that makes key number `i`; always the same, so that every run reads the same keys. */
export type KeyMaker = (i: number) => string[];

/** Half of them profiles, the others sessions with TTL, carts, ranks and queues: five types of names, four of values. */
export function mixedKeys(i: number): string[] {
  const kind = i % 10;
  if (kind < 5) return ["SET", `user:${i}:profile`, "x".repeat(20 + ((Math.imul(i, 2_654_435_761) >>> 8) % 200))];
  if (kind < 6) {
    const id = i.toString(16).padStart(32, "0");
    return ["SET", `session:${id}`, "y".repeat(100), "EX", String(3_600 + (i % 86_400))];
  }
  if (kind < 8) return ["HSET", `cart:{${i}}:items`, "a", "1", "b", "2", "c", "3", "d", "4"];
  if (kind < 9) return ["ZADD", `rank:game${i % 50}:${i}`, "1", "m1", "2", "m2"];
  return ["RPUSH", `queue:mail:${i}`, "j1", "j2", "j3"];
}

/** Tiny values under names whose first part, of letters only, has so many different ones. */
export function prefixedKeys(prefixCount: number): KeyMaker {
  return (i) => ["SET", `${letters(i % prefixCount)}:${i}`, "v"];
}

function letters(number: number): string {
  let text = "";
  for (let rest = number; text.length < 5; rest = Math.floor(rest / 26)) text += String.fromCharCode(97 + (rest % 26));
  return text;
}

/** Makes `count` keys on the servers of these ports: one, or the nodes of a cluster in the order of their slots. */
export async function seed(ports: number[], count: number, make: KeyMaker): Promise<void> {
  const seeders = ports.map((port) => new Seeder(port));
  try {
    for (let i = 0; i < count; i++) {
      const command = make(i);
      const slot = ports.length === 1 ? 0 : hashSlot(command[1] ?? "");
      const owner = Math.floor(((slot + 1) * ports.length - 1) / slotCount);
      const full = seeders[owner]?.add(command);
      if (full !== undefined) await full;
    }
    await Promise.all(seeders.map((seeder) => seeder.finish()));
  } finally {
    for (const seeder of seeders) seeder.close();
  }
}

const chunkLength = 1 << 18;

class Seeder {
  readonly #socket: Socket;
  #request = "";
  #asked = 0;
  #answered = 0;
  #refusal = "";

  constructor(port: number) {
    this.#socket = connect(port, "127.0.0.1");
    this.#socket.setEncoding("latin1").on("data", (text: string) => {
      // Every answer is a line: OK, or how many members were new.
      for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) this.#answered += 1;
      if (text.includes("-")) this.#refusal ||= text.slice(text.indexOf("-"), text.indexOf("-") + 200);
    });
  }

  /** A promise when the server has to catch up. */
  add(command: string[]): Promise<unknown> | undefined {
    this.#request += `*${command.length}\r\n`;
    for (const word of command) this.#request += `$${word.length}\r\n${word}\r\n`;
    this.#asked += 1;
    return this.#request.length < chunkLength ? undefined : this.flush();
  }

  async finish(): Promise<void> {
    await this.flush();
    while (this.#answered < this.#asked) await once(this.#socket, "data");
    if (this.#refusal !== "") throw new Error(`the server refused a key: ${this.#refusal}`);
  }

  close(): void {
    this.#socket.destroy();
  }

  private flush(): Promise<unknown> | undefined {
    const request = this.#request;
    this.#request = "";
    return this.#socket.write(request, "latin1") ? undefined : once(this.#socket, "drain");
  }
}
