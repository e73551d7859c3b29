import type { NodeScan } from "../../model/keyspace.js";
import type { BulkReply, RedisBulkPort } from "../../model/node-port.js";
import { KeyCommands } from "../../protocol/key-commands.js";
import type { AskedCommands } from "./asked-commands.js";
import { addLengths, addMeasuring } from "./measure-request.js";

/** To the commands that measure, and to those that count elements. */
interface Answers {
  replies: BulkReply[];
  lengthReplies: BulkReply[];
}

/** Names that are asked about at once: each is in the request three to six times. */
const longestNameBytes = 4 << 20;

/** Of a page of usual names. What names of megabytes needed is not held on to. */
const mostKeptBytes = 2 << 20;

/** Asks about the keys of pages, of which several may be under way at the same time. */
export class KeyQuestions {
  /** What the next page can be put together in. */
  readonly #free: KeyCommands[] = [];

  /** @param scan its `commands` are counted as they are sent */
  constructor(
    private readonly port: Pick<RedisBulkPort, "pipeline">,
    private readonly scan: Pick<NodeScan, "commands">,
  ) {}

  /**
   * Two round trips for a page, or two for each part of one whose names are very long.
   *
   * @param nameBytes length of all names of the page together
   * @param firstNumber number of the first key within the scan
   */
  ask(names: readonly string[], nameBytes: number, asked: AskedCommands, firstNumber: number): Promise<Answers> {
    return nameBytes <= longestNameBytes
      ? this.askAtOnce(names, asked, firstNumber)
      : this.askInParts(names, asked, firstNumber);
  }

  /** The first question alone. */
  async measure(names: readonly string[], asked: AskedCommands, firstNumber: number): Promise<BulkReply[]> {
    const keys = new KeyCommands();
    keys.about(names);
    return this.send(keys, addMeasuring(keys, asked, firstNumber));
  }

  private async askAtOnce(names: readonly string[], asked: AskedCommands, firstNumber: number): Promise<Answers> {
    const keys = this.#free.pop() ?? new KeyCommands();
    keys.about(names);
    const replies = await this.send(keys, addMeasuring(keys, asked, firstNumber));
    keys.clear();
    const lengthReplies = await this.send(keys, addLengths(keys, replies, asked, firstNumber));
    // Once all is answered all was sent: until then the connection may still read from it.
    if (keys.size <= mostKeptBytes) this.#free.push(keys);
    return { replies, lengthReplies };
  }

  /** One part after the other, so that only one is in memory. */
  private async askInParts(names: readonly string[], asked: AskedCommands, firstNumber: number): Promise<Answers> {
    const all: Answers = { replies: [], lengthReplies: [] };
    for (let at = 0; at < names.length;) {
      const end = partEnd(names, at);
      const { replies, lengthReplies } = await this.askAtOnce(names.slice(at, end), asked, firstNumber + at);
      for (const reply of replies) all.replies.push(reply);
      for (const reply of lengthReplies) all.lengthReplies.push(reply);
      at = end;
    }
    return all;
  }

  private send(keys: KeyCommands, count: number): Promise<BulkReply[]> {
    this.scan.commands += count;
    return this.port.pipeline(keys.request, count);
  }
}

/** Where the part that begins at `from` ends: after one name at least. */
function partEnd(names: readonly string[], from: number): number {
  let bytes = names[from]?.length ?? 0;
  let end = from + 1;
  while (end < names.length && bytes + (names[end]?.length ?? 0) <= longestNameBytes)
    bytes += names[end++]?.length ?? 0;
  return end;
}
