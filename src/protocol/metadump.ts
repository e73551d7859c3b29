import type { KeyPage } from "../model/key-page.js";

/** What is told of every item of one dump. */
export interface DumpOrigin {
  node: string;
  /** Unix milliseconds by the caller's clock. */
  readAtMs: number;
  /** Unix seconds by the server's own clock (`stats` time): expiry and last access are given in it. */
  serverSeconds: number;
}

export interface DumpPiece {
  page: KeyPage;
  /** Items that had expired and were not freed yet; they are not in the page. */
  expired: number;
  /** Lines that begin as an item and do not hold one. */
  unreadable: number;
  /** What is not an item, without line ends: `OK` (from 1.6.43), `END`, `BUSY …`, `ERROR …`. */
  other: string[];
}

/**
 * Reads whole lines of `lru_crawler metadump`: `key=<url-encoded> exp=<unix|-1> la=<unix> cas=… fetch=yes|no cls=… size=…`
 * and whatever fields later versions add, in any order. Names are slices of one text for the whole piece. Source:
 * memcached's doc/protocol.txt and crawler.c, 1.6.9 to 1.6.45.
 */
export function parseMetadump(lines: Uint8Array, { node, readAtMs, serverSeconds }: DumpOrigin): DumpPiece {
  const columns = new ItemColumns(lines.length);
  const other: string[] = [];
  let expired = 0;
  let unreadable = 0;
  for (let at = 0; at < lines.length;) {
    if (lines[at] === letterK && lines[at + 1] === letterE && lines[at + 2] === letterY && lines[at + 3] === equals) {
      const before = columns.count;
      at = columns.read(lines, at + 4);
      if (!columns.whole) unreadable++;
      else if (columns.expiry >= 0 && columns.expiry <= serverSeconds) expired++;
      else columns.keep(serverSeconds);
      if (columns.count === before) columns.forgetName();
    } else {
      const end = lines.indexOf(newline, at);
      const line = textOf(lines.subarray(at, end === -1 ? lines.length : end)).trimEnd();
      if (line !== "") other.push(line);
      at = end === -1 ? lines.length : end + 1;
    }
  }
  return { page: columns.page(node, readAtMs), expired, unreadable, other };
}

const newline = 10;
const carriageReturn = 13;
const space = 32;
const percent = 37;
const minus = 45;
const digit0 = 48;
const digit9 = 57;
const equals = 61;
const letterA = 97;
const letterC = 99;
const letterE = 101;
const letterF = 102;
const letterK = 107;
const letterL = 108;
const letterP = 112;
const letterS = 115;
const letterX = 120;
const letterY = 121;

/** One line's fields while it is read, and the columns of those that are kept. */
class ItemColumns {
  /** The line had a name, an expiry, a last access, a class, a size and whether it was fetched. */
  whole = false;
  /** Unix seconds; -1: never. */
  expiry = -1;
  #lastAccess = -1;
  #size = -1;
  #slabClass = -1;
  /** The first letter of `yes` or `no`; 0: not said. */
  #fetch = 0;
  /** Decoded names one behind the other: they become one text, of which each name is a slice. */
  readonly #nameBytes: Uint8Array;
  #nameEnd = 0;
  readonly #ends: number[] = [];
  readonly #bytes: number[] = [];
  readonly #ttls: number[] = [];
  readonly #idle: number[] = [];
  readonly #fetched: boolean[] = [];
  readonly #slabClasses: number[] = [];

  constructor(longestNames: number) {
    this.#nameBytes = new Uint8Array(longestNames);
  }

  get count(): number {
    return this.#ends.length;
  }

  /** From behind `key=` to behind the end of the line. */
  read(lines: Uint8Array, from: number): number {
    let at = this.decodeName(lines, from);
    const hasName = at > from;
    this.expiry = -2;
    this.#lastAccess = this.#size = this.#slabClass = -1;
    this.#fetch = 0;
    for (let byte = lines[at]; byte !== undefined && byte !== newline; byte = lines[at]) {
      if (byte === space || byte === carriageReturn) {
        at++;
        continue;
      }
      const field = at;
      while (lines[at] !== equals && isInWord(lines[at])) at++;
      // A word without `=` is no field: what follows it is the next one.
      if (lines[at] !== equals) continue;
      at = this.readField(lines, field, at + 1);
    }
    this.whole =
      hasName &&
      this.#fetch !== 0 &&
      this.expiry >= -1 &&
      this.#lastAccess >= 0 &&
      this.#size >= 0 &&
      this.#slabClass >= 0;
    return at + 1;
  }

  keep(serverSeconds: number): void {
    this.#ends.push(this.#nameEnd);
    this.#bytes.push(this.#size);
    this.#ttls.push(this.expiry < 0 ? -1 : (this.expiry - serverSeconds) * 1000);
    this.#idle.push(Math.max(0, serverSeconds - this.#lastAccess));
    this.#fetched.push(this.#fetch === letterY);
    this.#slabClasses.push(this.#slabClass);
  }

  /** The last name that was read is not of an item that is kept. */
  forgetName(): void {
    this.#nameEnd = this.#ends.at(-1) ?? 0;
  }

  page(node: string, readAtMs: number): KeyPage {
    const text = textOf(this.#nameBytes.subarray(0, this.#nameEnd));
    const names: string[] = [];
    let start = 0;
    for (const end of this.#ends) {
      names.push(text.slice(start, end));
      start = end;
    }
    const unknown = new Array<null>(names.length).fill(null);
    return {
      node,
      database: 0,
      readAtMs,
      names,
      types: new Array<string>(names.length).fill("item"),
      bytes: this.#bytes,
      elements: unknown,
      ttlMs: this.#ttls,
      encodings: unknown,
      idleSeconds: this.#idle,
      frequencies: unknown,
      items: { fetched: this.#fetched, slabClasses: this.#slabClasses },
    };
  }

  /** The field whose name begins at `field` and value at `from`; gives where the value ends. */
  private readField(lines: Uint8Array, field: number, from: number): number {
    let at = from;
    let number = 0;
    let isNumber = true;
    for (let byte = lines[at]; byte !== undefined && byte > space; byte = lines[++at]) {
      if (byte >= digit0 && byte <= digit9) number = number * 10 + byte - digit0;
      else if (byte !== minus || at !== from) isNumber = false;
    }
    if (!isNumber || at === from) number = -2;
    else if (lines[from] === minus) number = -number;
    const first = lines[field];
    const second = lines[field + 1];
    if (first === letterE && second === letterX && lines[field + 2] === letterP) this.expiry = number;
    else if (first === letterL && second === letterA && field + 3 === from) this.#lastAccess = number;
    else if (first === letterC && second === letterL) this.#slabClass = number;
    else if (first === letterF && second === letterE) this.#fetch = lines[from] ?? 0;
    else if (first === letterS) this.#size = number;
    return at;
  }

  private decodeName(lines: Uint8Array, from: number): number {
    const names = this.#nameBytes;
    let to = this.#nameEnd;
    let at = from;
    for (let byte = lines[at]; byte !== undefined && byte > space; byte = lines[at]) {
      if (byte === percent) {
        byte = 16 * hexDigit(lines[at + 1]) + hexDigit(lines[at + 2]);
        at += 2;
      }
      names[to++] = byte;
      at++;
    }
    this.#nameEnd = to;
    return at;
  }
}

function isInWord(byte: number | undefined): boolean {
  return byte !== undefined && byte > space;
}

/** Of `0-9`, `A-F` and `a-f`. */
function hexDigit(byte = 0): number {
  return byte <= 57 ? byte - 48 : (byte & 0xdf) - 55;
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}
