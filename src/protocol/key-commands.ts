import { NameBytes } from "../model/name-bytes.js";
import { encodeArgument } from "./resp.js";

const dollar = 36;
const carriageReturn = 13;
const newline = 10;
const zero = 48;

/** `$`, the digits of a length, and two line ends. */
const mostFraming = 24;

const firstSize = 1 << 16;

/**
 * Many commands about the same keys as RESP, each with the key as its last argument. They are put together as bytes in memory that
 * is used again: as texts they would be hundreds of megabytes of garbage for each million keys.
 */
export class KeyCommands {
  #bytes = new Uint8Array(firstSize);
  #end = 0;
  readonly #names = new NameBytes();

  /** Keys that the commands are about. */
  get count(): number {
    return this.#names.count;
  }

  /** Bytes that are held on to. */
  get size(): number {
    return this.#bytes.length + this.#names.bytes.length;
  }

  /** What was put together since `about` or `clear`: a view, good until the next of these. */
  get request(): Uint8Array {
    return this.#bytes.subarray(0, this.#end);
  }

  /** Begins anew, with these keys. @param names one character a byte */
  about(names: readonly string[]): void {
    this.clear();
    this.#names.take(names);
  }

  /** Forgets the commands, not the keys. */
  clear(): void {
    this.#end = 0;
  }

  /** @param beginning the command without its last argument, as `commandBeginning` makes it; `key` its number */
  add(beginning: Uint8Array, key: number): void {
    const names = this.#names.bytes;
    const nameEnd = this.#names.endOf(key);
    let nameAt = this.#names.startOf(key);
    const length = nameEnd - nameAt;
    this.makeRoom(beginning.length + length + mostFraming);
    const bytes = this.#bytes;
    let at = this.#end;
    for (let i = 0; i < beginning.length; i++) bytes[at++] = beginning[i] as number;
    bytes[at++] = dollar;
    at = putNumber(bytes, at, length);
    bytes[at++] = carriageReturn;
    bytes[at++] = newline;
    // A loop: names are so short that a call to copy them would take longer.
    while (nameAt < nameEnd) bytes[at++] = names[nameAt++] as number;
    bytes[at++] = carriageReturn;
    bytes[at++] = newline;
    this.#end = at;
  }

  private makeRoom(more: number): void {
    const needed = this.#end + more;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
    larger.set(this.request);
    this.#bytes = larger;
  }
}

/** A command that lacks its last argument: `["OBJECT", "ENCODING"]`. */
export function commandBeginning(...words: string[]): Uint8Array {
  return Buffer.from(`*${words.length + 1}\r\n${words.map(encodeArgument).join("")}`, "latin1");
}

/** A whole number from 0 on. @returns where it ends */
function putNumber(bytes: Uint8Array, from: number, value: number): number {
  let digits = 1;
  for (let beyond = 10; beyond <= value; beyond *= 10) digits++;
  let rest = value;
  for (let at = from + digits - 1; at >= from; at--) {
    bytes[at] = zero + (rest % 10);
    rest = Math.floor(rest / 10);
  }
  return from + digits;
}
