import { NoAnswer } from "../no-answer.js";
import type { OpenServer } from "./pool-server.js";

/** A request as it is sent, one character a byte, with its last line end; or why it is not sent at all. */
export type Encoded = string | { refused: string };

/** A line of the server, the reason why a request was not sent, or nothing. */
export type LineAnswer = string | { refused: string } | NoAnswer;

/** Requests, and what has been answered of them. */
export class Asking {
  readonly answers: LineAnswer[];
  #open: number[];
  #next = 0;
  #progress = false;
  readonly #sent: Uint8Array;

  constructor(count: number) {
    this.answers = new Array<LineAnswer>(count);
    this.#open = Array.from({ length: count }, (_, index) => index);
    this.#sent = new Uint8Array(count);
  }

  /** What is still open as one text; empty: nothing. */
  encode(one: (index: number) => Encoded): string {
    const texts: string[] = [];
    const open: number[] = [];
    for (const index of this.#open.slice(this.#next)) {
      const encoded = one(index);
      if (typeof encoded === "string") {
        open.push(index);
        texts.push(encoded);
      } else this.answers[index] = encoded;
    }
    this.#open = open;
    this.#next = 0;
    return texts.join("");
  }

  /** How many of what is open are sent for another time. */
  markSent(): number {
    let again = 0;
    for (const index of this.#open) {
      again += this.#sent[index] ?? 0;
      this.#sent[index] = 1;
    }
    return again;
  }

  /** True while more is expected. */
  take(lines: Uint8Array, { life }: OpenServer): boolean {
    const answered = Buffer.from(lines.buffer, lines.byteOffset, lines.byteLength).toString("latin1").split("\r\n");
    answered.pop();
    for (const line of answered) {
      const index = this.#open[this.#next];
      if (index === undefined) break;
      this.answers[index] = line;
      this.#next++;
      life.answered++;
      if (line === "STORED") life.stored++;
    }
    this.#progress = true;
    return this.#next < this.#open.length;
  }

  /** Whether anything was answered since the last call. */
  takeProgress(): boolean {
    const progress = this.#progress;
    this.#progress = false;
    return progress;
  }

  giveUp(reason: string): LineAnswer[] {
    for (const index of this.#open.slice(this.#next))
      this.answers[index] = new NoAnswer(reason, this.#sent[index] === 0);
    return this.answers;
  }
}
