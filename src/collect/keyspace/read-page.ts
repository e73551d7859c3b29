import type { KeyPage } from "../../model/key-page.js";
import { ReplyError, type BulkReply } from "../../model/node-port.js";
import { lengthCommands, type AskedCommands } from "./asked-commands.js";
import { meaningOf, PassingError } from "./error-reply.js";
import { everyNth } from "./measure-request.js";

/** What the answers to one page's commands say. */
export interface PageReading {
  page: KeyPage;
  vanishedKeys: number;
  deniedKeys: number;
  /** Of our commands, those that the server counted as a lookup that found its key. */
  lookups: number;
  /** Command → error reply: refused whatever the key. */
  refused: Map<string, string>;
  /** A key turned out to belong to another node. */
  moved: boolean;
}

export interface PageAnswers {
  node: string;
  database: number;
  readAtMs: number;
  names: readonly string[];
  asked: AskedCommands;
  /** Number of the first key within the scan: it decides which keys were asked for more. */
  firstNumber: number;
  replies: readonly BulkReply[];
  lengthReplies: readonly BulkReply[];
}

/** Columns out of replies. @throws PassingError when the server could not answer at the moment */
export function readPage(answers: PageAnswers): PageReading {
  return new PageReader(answers).read();
}

class PageReader {
  readonly #replies: readonly BulkReply[];
  readonly #lengthReplies: readonly BulkReply[];
  readonly #asked: AskedCommands;
  readonly #refused = new Map<string, string>();
  #at = 0;
  #lengthAt = 0;
  #lookups = 0;
  #vanishedKeys = 0;
  #deniedKeys = 0;
  #moved = false;
  /** What the answers to the key at hand amount to. */
  #gone = false;
  #denied = false;

  constructor(private readonly answers: PageAnswers) {
    this.#replies = answers.replies;
    this.#lengthReplies = answers.lengthReplies;
    this.#asked = answers.asked;
  }

  read(): PageReading {
    const { names, firstNumber } = this.answers;
    const page = emptyPage(this.answers);
    for (let i = 0; i < names.length; i++) this.readKey(page, names[i] ?? "", (firstNumber + i) % everyNth === 0);
    return {
      page,
      vanishedKeys: this.#vanishedKeys,
      deniedKeys: this.#deniedKeys,
      lookups: this.#lookups,
      refused: this.#refused,
      moved: this.#moved,
    };
  }

  private readKey(page: KeyPage, name: string, nth: boolean): void {
    const asked = this.#asked;
    this.forgetKey();
    const type = asked.type ? this.type() : asked.knownType;
    const bytes = asked.memory ? this.bytes() : null;
    const ttlMs = asked.ttl ? this.ttl() : null;
    let idleSeconds = asked.idle === "all" ? this.number("OBJECT IDLETIME") : null;
    let frequency = asked.frequency === "all" ? this.number("OBJECT FREQ") : null;
    let encoding: string | null = null;
    if (nth) {
      if (asked.encoding) encoding = this.encoding();
      if (asked.idle === "some") idleSeconds = this.number("OBJECT IDLETIME");
      if (asked.frequency === "some") frequency = this.number("OBJECT FREQ");
    }
    const elements = type === "string" || type === null || !asked.countedTypes.has(type) ? null : this.length(type);
    if (this.#gone) {
      this.#vanishedKeys++;
      return;
    }
    if (this.#denied) this.#deniedKeys++;
    page.names.push(name);
    page.types.push(type);
    page.bytes.push(bytes);
    page.elements.push(elements);
    page.ttlMs.push(ttlMs);
    page.encodings.push(encoding);
    page.idleSeconds.push(idleSeconds);
    page.frequencies.push(frequency);
  }

  private forgetKey(): void {
    this.#gone = false;
    this.#denied = false;
  }

  /** Types and encodings are shorter than the 13 characters from which V8 makes slices: they keep nothing else alive. */
  private type(): string | null {
    const reply = this.#replies[this.#at++];
    if (typeof reply !== "string") return this.refuse("TYPE", reply);
    if (reply === "none") this.#gone = true;
    else this.#lookups++;
    return reply;
  }

  /** MEMORY USAGE looks the key up without counting it. */
  private bytes(): number | null {
    const reply = this.#replies[this.#at++];
    if (typeof reply === "number") return reply;
    if (reply === null) this.#gone = true;
    return this.refuse("MEMORY USAGE", reply);
  }

  private ttl(): number | null {
    const reply = this.#replies[this.#at++];
    if (typeof reply !== "number") return this.refuse("PTTL", reply);
    if (reply === -2) this.#gone = true;
    else this.#lookups++;
    return reply;
  }

  private encoding(): string | null {
    const reply = this.#replies[this.#at++];
    if (typeof reply !== "string") return this.refuse("OBJECT ENCODING", reply);
    this.#lookups++;
    return reply;
  }

  private number(command: string): number | null {
    const reply = this.#replies[this.#at++];
    if (typeof reply !== "number") return this.refuse(command, reply);
    this.#lookups++;
    return reply;
  }

  /** Only a stream may be empty; a key of another type that has no element, or is of another type now, is not what it was. */
  private length(type: string): number | null {
    const reply = this.#lengthReplies[this.#lengthAt++];
    if (typeof reply === "number") {
      if (reply === 0 && type !== "stream") this.#gone = true;
      else this.#lookups++;
      return reply;
    }
    if (reply instanceof ReplyError && reply.text.startsWith("WRONGTYPE")) {
      this.#lookups++;
      this.#gone = true;
      return null;
    }
    return this.refuse(lengthCommands[type] ?? type, reply);
  }

  private refuse(command: string, reply: BulkReply | undefined): null {
    if (!(reply instanceof ReplyError)) return null;
    const meaning = meaningOf(reply.text);
    if (meaning === "passing") throw new PassingError(reply.text);
    if (meaning === "command") this.#refused.set(command, reply.text);
    else if (meaning === "key") this.#denied = true;
    else if (meaning === "moved") {
      this.#moved = true;
      this.#gone = true;
    }
    return null;
  }
}

function emptyPage({ node, database, readAtMs }: PageAnswers): KeyPage {
  return {
    node,
    database,
    readAtMs,
    names: [],
    types: [],
    bytes: [],
    elements: [],
    ttlMs: [],
    encodings: [],
    idleSeconds: [],
    frequencies: [],
    items: null,
  };
}
