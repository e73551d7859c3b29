import type { KeyHandle } from "../../model/closer-look.js";
import type { KeyPage } from "../../model/key-page.js";
import { keyText, ownText } from "../../model/key-name.js";

const mostSamples = 8;

/** Bytes of names that the samples of one group may take together; one longer name may stand alone. */
const sampledBytes = 512;
const longestName = 1024;

/** Some keys of a group, each key as likely as any other; names over 1 KiB are only shown, not kept. */
export class KeySamples {
  handles: KeyHandle[] = [];
  /** The text for people of a name that was too long to keep; null while there is none. */
  #longName: string | null = null;
  /** The number of the key at which the next sample is replaced; 0: not drawn yet. */
  #next = 0;

  constructor(private readonly random: () => number) {}

  /** @param keys how many the group has, this one included */
  add(page: KeyPage, i: number, keys: number): void {
    if (keys < this.#next) return;
    const name = page.names[i] ?? "";
    if (name.length > longestName) this.#longName ??= keyText(name);
    else if (this.handles.length < capacityFor(name)) this.handles.push(handleOf(page, i, name));
    else {
      if (keys === this.#next) this.handles[Math.floor(this.random() * this.handles.length)] = handleOf(page, i, name);
      this.#next = keys + this.skip(keys);
    }
  }

  /** @param keys of this group and of the other */
  merge(other: KeySamples, keys: number, otherKeys: number): void {
    const mine = [...this.handles];
    const theirs = [...other.handles];
    const drawn: KeyHandle[] = [];
    while (drawn.length < mostSamples && mine.length + theirs.length > 0) {
      const isMine = theirs.length === 0 || (mine.length > 0 && this.random() * (keys + otherKeys) < keys);
      const from = isMine ? mine : theirs;
      const [handle] = from.splice(Math.floor(this.random() * from.length), 1);
      if (handle !== undefined && drawn.length < capacityFor(handle.name)) drawn.push(handle);
    }
    this.handles = drawn;
    this.#longName ??= other.#longName;
    this.#next = drawn.length === 0 ? 0 : keys + otherKeys + this.skip(keys + otherKeys);
  }

  /** A name for people; null when the group is empty. */
  example(): string | null {
    const [first] = this.handles;
    return first === undefined ? this.#longName : keyText(first.name);
  }

  save(): unknown {
    return { handles: this.handles.map((handle) => ({ ...handle })), longName: this.#longName, next: this.#next };
  }

  static restore(saved: unknown, random: () => number): KeySamples {
    const { handles, longName, next } = saved as { handles: KeyHandle[]; longName: string | null; next: number };
    const samples = new KeySamples(random);
    samples.handles = handles.map((handle) => ({ ...handle }));
    samples.#longName = longName;
    samples.#next = next;
    return samples;
  }

  /**
   * How many keys on the next one is taken, after n: the chance that none of s keys replaces one of k samples is about
   * (n/(n+s))^k, which is drawn from at once (Vitter 1985, Algorithm X, by its limit).
   */
  private skip(keys: number): number {
    const k = Math.max(1, this.handles.length);
    return 1 + Math.floor(keys * ((1 - this.random()) ** (-1 / k) - 1));
  }
}

function capacityFor(name: string): number {
  return Math.max(1, Math.min(mostSamples, Math.floor(sampledBytes / (name.length + 1))));
}

function handleOf(page: KeyPage, i: number, name: string): KeyHandle {
  return { node: page.node, database: page.database, name: ownText(name), type: page.types[i] ?? null };
}
