import { describe, expect, it } from "vitest";
import { KeyQuestions } from "../../../../src/collect/keyspace/ask-about-keys.js";
import type { AskedCommands } from "../../../../src/collect/keyspace/asked-commands.js";
import type { BulkReply } from "../../../../src/model/node-port.js";
import { RespReader } from "../../../../src/protocol/resp.js";

const asked: AskedCommands = {
  type: true,
  knownType: null,
  memory: true,
  ttl: true,
  encoding: true,
  idle: "some",
  frequency: "none",
  countedTypes: new Set(["hash"]),
};

/** A server that answers each command with the command and the first letter of its key; every key is a hash. */
function echo() {
  const lengths: number[] = [];
  return {
    lengths,
    pipeline: (request: string | Uint8Array, count: number): Promise<BulkReply[]> => {
      if (count > 0) lengths.push(request.length);
      const reader = new RespReader();
      reader.push(Buffer.from(request).toString("latin1"));
      const replies: BulkReply[] = [];
      for (let next = reader.next(); next !== undefined; next = reader.next()) {
        const [command = "", second = "", third = ""] = next as string[];
        const key = command === "MEMORY" || command === "OBJECT" ? third : second;
        replies.push(
          command === "TYPE" ? "hash" : `${command} ${command === "OBJECT" ? second : ""}${key.slice(0, 2)}`,
        );
      }
      expect(replies).toHaveLength(count);
      return Promise.resolve(replies);
    },
  };
}

const bytesOf = (names: string[]) => names.reduce((sum, name) => sum + name.length, 0);

describe("KeyQuestions", () => {
  it("asks about the keys of an ordinary page in two round trips", async () => {
    const port = echo();
    const scan = { commands: 0 };
    const names = Array.from({ length: 100 }, (_, i) => `${i}`);
    const { replies, lengthReplies } = await new KeyQuestions(port, scan).ask(names, bytesOf(names), asked, 0);
    expect(port.lengths).toHaveLength(2);
    expect([replies.length, lengthReplies.length]).toEqual([308, 100]);
    expect(scan.commands).toBe(408);
  });

  it("asks in parts where the names are very long, with the same answers in the same order", async () => {
    const port = echo();
    const scan = { commands: 0 };
    const names = Array.from({ length: 70 }, (_, i) => `${String(i).padStart(2, "0")}${"n".repeat(500_000)}`);
    const { replies, lengthReplies } = await new KeyQuestions(port, scan).ask(names, bytesOf(names), asked, 30);
    const inOne = await new KeyQuestions(echo(), { commands: 0 }).ask(names, 0, asked, 30);
    expect(replies).toEqual(inOne.replies);
    expect(lengthReplies).toEqual(inOne.lengthReplies);
    expect(scan.commands).toBe(replies.length + lengthReplies.length);
    expect(port.lengths).toHaveLength(2 * Math.ceil(70 / 8));
    expect(Math.max(...port.lengths)).toBeLessThan(20e6);
  });

  it("asks about a name by itself that is longer than a part", async () => {
    const names = ["ab", "x".repeat(5_000_000), "cd", "ef"];
    const questions = new KeyQuestions(echo(), { commands: 0 });
    const { replies } = await questions.ask(names, bytesOf(names), { ...asked, countedTypes: new Set() }, 1);
    expect(replies.filter((reply) => typeof reply === "string" && reply.startsWith("PTTL"))).toEqual([
      "PTTL ab",
      "PTTL xx",
      "PTTL cd",
      "PTTL ef",
    ]);
  });

  it("keeps the questions about pages apart that are under way at the same time", async () => {
    const port = echo();
    const held: (() => void)[] = [];
    const slow = {
      pipeline: async (request: string | Uint8Array, count: number) => {
        // As a socket does that takes no more for now: what is sent is read when there is room.
        await new Promise<void>((resolve) => held.push(resolve));
        return port.pipeline(request, count);
      },
    };
    const questions = new KeyQuestions(slow, { commands: 0 });
    const pages = [["a1", "a2"], ["b1"], ["c1", "c2", "c3"], ["d1"]];
    const answers = pages.map((names) => questions.ask(names, bytesOf(names), asked, 1));
    while (held.length > 0) {
      held.pop()?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
    const all = await Promise.all(answers);
    for (const [i, { replies, lengthReplies }] of all.entries()) {
      const alone = await new KeyQuestions(echo(), { commands: 0 }).ask(pages[i] ?? [], 0, asked, 1);
      expect({ replies, lengthReplies }).toEqual(alone);
    }
  });
});
