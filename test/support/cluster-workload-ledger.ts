import { isDeepStrictEqual } from "node:util";

/** What a key holds: a text, a list's elements, or nothing. */
export type Held = string | readonly string[] | null;

export interface Operation {
  words: [command: string, key: string, ...args: string[]];
  /** What the key holds afterwards and what the server answers, when it held this. */
  carryOut: (held: Held) => { held: Held; answer: unknown };
}

export const operations = {
  set: (key: string, value: string): Operation => ({
    words: ["set", key, value],
    carryOut: () => ({ held: value, answer: "OK" }),
  }),
  get: (key: string): Operation => ({ words: ["get", key], carryOut: (held) => ({ held, answer: held }) }),
  increment: (key: string): Operation => ({
    words: ["incr", key],
    carryOut: (held) => {
      const count = Number(held ?? 0) + 1;
      return { held: String(count), answer: count };
    },
  }),
  push: (key: string, element: string): Operation => ({
    words: ["rpush", key, element],
    carryOut: (held) => {
      const elements = [...elementsOf(held), element];
      return { held: elements, answer: elements.length };
    },
  }),
  list: (key: string): Operation => ({
    words: ["lrange", key, "0", "-1"],
    carryOut: (held) => ({ held, answer: elementsOf(held) }),
  }),
  remove: (key: string): Operation => ({
    words: ["del", key],
    carryOut: (held) => ({ held: null, answer: held === null ? 0 : 1 }),
  }),
};

function elementsOf(held: Held): readonly string[] {
  if (typeof held === "string") throw new Error("a list's name was given to a text");
  return held ?? [];
}

/**
 * The writers' own account of what each key holds. Every answer of the server is compared with it: a read that shows an older
 * value, a push that was carried out twice and a key that is gone are all answers that the account does not allow.
 */
export class Ledger {
  readonly #held = new Map<string, Held[]>();
  /** Sentences: answers that the account does not allow. */
  readonly losses: string[] = [];
  operations = 0;

  /** What the key may hold: one thing, except where an operation's outcome is not known. */
  mayHold(key: string): readonly Held[] {
    return this.#held.get(key) ?? [null];
  }

  get keys(): string[] {
    return [...this.#held.keys()];
  }

  /** Keys whose last operation may or may not have been carried out. */
  get uncertainKeys(): string[] {
    return this.keys.filter((key) => this.mayHold(key).length > 1);
  }

  answered({ words, carryOut }: Operation, answer: unknown): void {
    this.operations++;
    const [, key] = words;
    const expected = this.mayHold(key).map(carryOut);
    const fitting = expected.filter((one) => isDeepStrictEqual(one.answer, answer));
    if (fitting.length === 0)
      this.losses.push(`${words.join(" ")} answered ${short(answer)} where ${short(expected[0]?.answer)} was due`);
    else this.#held.set(key, [...new Set(fitting.map(({ held }) => held))]);
  }

  /** The connection was lost after it had been sent. Its key must be left alone: the server may still carry it out. */
  unanswered({ words, carryOut }: Operation): void {
    const [, key] = words;
    const before = this.mayHold(key);
    this.#held.set(key, [...new Set([...before, ...before.map((held) => carryOut(held).held)])]);
  }

  /** Null when the key may hold this, else a sentence. */
  difference(key: string, found: Held): string | null {
    const allowed = this.mayHold(key);
    if (allowed.some((held) => isDeepStrictEqual(held, found))) return null;
    return `${JSON.stringify(key)} holds ${short(found)} where ${allowed.map(short).join(" or ")} was written`;
  }
}

function short(value: unknown): string {
  const text = JSON.stringify(value ?? null);
  return text.length > 120 ? `${text.slice(0, 60)}…${text.slice(-55)}` : text;
}
