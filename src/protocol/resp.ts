import { ReplyError, type BulkReply } from "../model/node-port.js";

/** One command as RESP, one character a byte. Arguments are latin1 texts; UTF-8 has to be encoded by the caller. */
export function encodeCommand(...parts: string[]): string {
  let text = `*${parts.length}\r\n`;
  for (const part of parts) text += encodeArgument(part);
  return text;
}

/** `$3\r\nfoo\r\n`: for building many commands around the same key. */
export function encodeArgument(text: string): string {
  return `$${text.length}\r\n${text}\r\n`;
}

const colon = 58;
const dollar = 36;
const star = 42;
const plus = 43;
const minus = 45;
const carriageReturn = 13;
const newline = 10;

const longestLine = 65_536;

interface OpenArray {
  items: BulkReply[];
  left: number;
}

/**
 * Reads RESP2 replies out of what arrives, in pieces of any size. Texts are slices of what was received.
 *
 * Nothing is read twice: a half-received array keeps its elements, and a half-received value waits until the rest is there,
 * so a 1 MB name costs one copy and not one for each packet.
 */
export class RespReader {
  #text = "";
  #at = 0;
  #waiting: string[] = [];
  #waitingLength = 0;
  /** Characters beyond `#at` without which it makes no sense to look. */
  #needed = 0;
  #open: OpenArray[] = [];

  /** One character a byte. */
  push(piece: string): void {
    this.#waiting.push(piece);
    this.#waitingLength += piece.length;
  }

  /** The next complete reply; undefined until more has been pushed. @throws SyntaxError when this is no RESP2 */
  next(): BulkReply | undefined {
    for (;;) {
      const element = this.element();
      if (element === undefined) return undefined;
      const complete = this.close(element);
      if (complete !== undefined) return complete;
    }
  }

  /** A value, or an array that has been opened; undefined when it is not all there. */
  private element(): BulkReply | OpenArray | undefined {
    const lineEnd = this.lineEnd();
    if (lineEnd === -1) return undefined;
    const kind = this.#text.charCodeAt(this.#at);
    const start = this.#at + 1;
    if (kind === colon) return this.advance(lineEnd + 2, this.integer(start, lineEnd));
    if (kind === dollar) return this.value(this.integer(start, lineEnd), lineEnd + 2);
    if (kind === plus) return this.advance(lineEnd + 2, simpleText(this.#text, start, lineEnd));
    if (kind === minus) return this.advance(lineEnd + 2, new ReplyError(this.#text.slice(start, lineEnd)));
    if (kind !== star) throw notResp(this.#text.slice(this.#at, lineEnd));
    const length = this.integer(start, lineEnd);
    return this.advance(lineEnd + 2, length < 0 ? null : { items: [], left: length });
  }

  private value(length: number, from: number): string | null | undefined {
    if (length < 0) return this.advance(from, null);
    const end = from + length;
    if (this.#text.length < end + 2) {
      this.#needed = end + 2 - this.#at;
      return undefined;
    }
    return this.advance(end + 2, this.#text.slice(from, end));
  }

  /** Puts an element where it belongs; the reply, when that completes one. */
  private close(element: BulkReply | OpenArray): BulkReply | undefined {
    let done: BulkReply;
    if (isOpenArray(element)) {
      if (element.left > 0) {
        this.#open.push(element);
        return undefined;
      }
      done = element.items;
    } else done = element;
    for (;;) {
      const parent = this.#open.at(-1);
      if (parent === undefined) return done;
      parent.items.push(done);
      if (--parent.left > 0) return undefined;
      this.#open.pop();
      done = parent.items;
    }
  }

  private lineEnd(): number {
    if (this.#at < this.#text.length && this.#text.length - this.#at >= this.#needed) {
      const end = endOfLine(this.#text, this.#at);
      if (end !== -1) return end;
    }
    if (!this.refill()) return -1;
    const end = endOfLine(this.#text, this.#at);
    if (end === -1) checkBeginning(this.#text);
    return end;
  }

  private refill(): boolean {
    if (this.#waitingLength === 0 || this.#text.length - this.#at + this.#waitingLength < this.#needed) return false;
    this.#text = this.#text.slice(this.#at) + this.#waiting.join("");
    this.#waiting = [];
    this.#waitingLength = 0;
    this.#at = 0;
    this.#needed = 0;
    return true;
  }

  private advance<T>(to: number, value: T): T {
    this.#at = to;
    this.#needed = 0;
    return value;
  }

  private integer(from: number, to: number): number {
    const negative = this.#text.charCodeAt(from) === minus;
    const first = negative ? from + 1 : from;
    let value = 0;
    for (let i = first; i < to; i++) {
      const digit = this.#text.charCodeAt(i) - 48;
      if (digit < 0 || digit > 9) throw notResp(this.#text.slice(from - 1, to));
      value = value * 10 + digit;
    }
    if (first === to) throw notResp(this.#text.slice(from - 1, to));
    return negative ? -value : value;
  }
}

/** Most lines hold a number or a type: to look at each character is faster than to call what searches a long text. */
const shortLine = 16;

function endOfLine(text: string, from: number): number {
  const end = Math.min(text.length - 1, from + shortLine);
  for (let i = from; i < end; i++)
    if (text.charCodeAt(i) === carriageReturn && text.charCodeAt(i + 1) === newline) return i;
  return text.indexOf("\r\n", end);
}

/** Half a line is enough to see that it is somebody else's: a TLS alert has no line end at all. */
function checkBeginning(text: string): void {
  if (text.length > 0 && !"+-:$*".includes(text.charAt(0))) throw notResp(text);
  // It holds a number or an error's text: one that does not end is no line.
  if (text.length > longestLine) throw notResp(text);
}

/** A server that expects TLS may answer plain text with an alert record, whose first byte is 21. */
function notResp(text: string): SyntaxError {
  return new SyntaxError(text.startsWith("\x15") ? "RESP type 21" : `not the protocol: ${text.slice(0, 60)}`);
}

function isOpenArray(element: BulkReply | OpenArray): element is OpenArray {
  return typeof element === "object" && element !== null && "left" in element;
}

/** Status replies are few and come by the million (TYPE): the usual ones are recognized without making a text. */
const usual = ["string", "hash", "set", "list", "zset", "stream", "none", "OK", "PONG", "QUEUED"];

function simpleText(text: string, from: number, to: number): string {
  for (const word of usual) if (word.length === to - from && text.startsWith(word, from)) return word;
  return text.slice(from, to);
}
