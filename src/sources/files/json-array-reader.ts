import { excerpt, isRow, jsonProblem, type ReaderState, type ReadRows, type RowReader } from "./row-reader.js";

const quote = 34;
const backslash = 92;
const comma = 44;
const opening = [91, 123];
const closing = [93, 125];

/** One array of objects, of any length: each element is read by itself. */
export class JsonArrayReader implements RowReader {
  readonly unit = "element";
  #elements: number;
  #begun: boolean;
  #ended = false;

  constructor({ count }: ReaderState, begun: boolean) {
    this.#elements = count;
    this.#begun = begun;
  }

  read(bytes: Buffer, last: boolean): ReadRows {
    const found: Required<ReadRows> = { rows: [], numbers: [], json: [], rejected: [], usedBytes: 0 };
    let at = 0;
    for (;;) {
      while (at < bytes.length && isSpace(bytes[at], this.#begun && !this.#ended)) at++;
      found.usedBytes = at;
      if (at === bytes.length) break;
      if (this.#ended) throw new SyntaxError("something stands behind the end of the array");
      if (!this.#begun) {
        if (bytes[at] !== opening[0])
          throw new SyntaxError("it does not begin with [: format json is an array of objects");
        this.#begun = true;
        at++;
      } else if (bytes[at] === closing[0]) {
        this.#ended = true;
        at++;
      } else {
        const end = endOfElement(bytes, at);
        if (end === -1) break;
        this.take(bytes.toString("utf8", at, end).trim(), found);
        at = end;
      }
    }
    if (last && !this.#ended)
      throw new SyntaxError(`it ends in the middle of the array, after ${this.#elements} elements`);
    return found;
  }

  state(): ReaderState {
    return { count: this.#elements };
  }

  private take(text: string, found: Required<ReadRows>): void {
    const number = ++this.#elements;
    let row: unknown;
    try {
      row = JSON.parse(text);
    } catch (error) {
      found.rejected.push({ number, reason: jsonProblem(error), text: excerpt(text) });
      return;
    }
    if (!isRow(row)) {
      found.rejected.push({ number, reason: "not a JSON object", text: excerpt(text) });
      return;
    }
    found.rows.push(row);
    found.numbers.push(number);
    found.json.push(text);
  }
}

function isSpace(byte: number | undefined, orComma: boolean): boolean {
  return byte === 32 || byte === 10 || byte === 13 || byte === 9 || (orComma && byte === comma);
}

/** Index behind the element that begins here; -1 when its end is not there. */
function endOfElement(bytes: Buffer, from: number): number {
  let depth = 0;
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === quote) {
      at = endOfText(bytes, at);
      if (at === -1) return -1;
    } else if (opening.includes(byte)) depth++;
    else if (closing.includes(byte)) {
      // The array's own bracket ends an element that is no object.
      if (depth === 0) return at;
      if (--depth === 0) return at + 1;
    } else if (byte === comma && depth === 0) return at;
  }
  return -1;
}

function endOfText(bytes: Buffer, from: number): number {
  for (let at = from + 1; at < bytes.length; at++) {
    if (bytes[at] === backslash) at++;
    else if (bytes[at] === quote) return at;
  }
  return -1;
}
