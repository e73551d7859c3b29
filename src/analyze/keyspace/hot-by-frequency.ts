import { hashSlot } from "../../model/hash-slot.js";
import { keyText, ownText } from "../../model/key-name.js";
import type { KeyPage } from "../../model/key-page.js";
import type { HotKeysFacts } from "../../model/keyspace.js";
import { BoundedTop, type Ranked, type SavedTop } from "./bounded-top.js";
import type { KeyReducer } from "./reducer.js";

/** LFU_INIT_VAL of the servers' evict.c: what a key begins with, used or not. */
const initialFrequency = 5;

/** The keys with the highest OBJECT FREQ, which servers with an LFU policy keep. */
export class HotByFrequency implements KeyReducer {
  #top: BoundedTop<Ranked>;
  #askedKeys = 0;

  /** @param limit length of the list, at least 1 */
  constructor(limit: number) {
    this.#top = new BoundedTop(limit);
  }

  add({ node, database, names, frequencies }: KeyPage): void {
    const top = this.#top;
    for (let i = 0; i < names.length; i++) {
      const value = frequencies[i] ?? null;
      if (value === null) continue;
      this.#askedKeys++;
      if (value < top.floor) continue;
      const name = names[i] ?? "";
      if (top.takes(value, name, node, database)) top.put({ value, name: ownText(name), node, database });
    }
  }

  facts(isCluster: boolean): HotKeysFacts {
    const keys = this.#top.sorted();
    return {
      method: "frequency",
      metric: "LFU counter (0-255)",
      seconds: null,
      keys: keys.map(({ value, name, node }) => ({
        key: keyText(name),
        node,
        slot: isCluster ? hashSlot(name) : null,
        score: value,
        percent: null,
      })),
      notes: this.#notes(keys),
    };
  }

  save(): unknown {
    return { top: this.#top.save(), askedKeys: this.#askedKeys };
  }

  static restore(saved: unknown): HotByFrequency {
    const { top, askedKeys } = saved as { top: SavedTop<Ranked>; askedKeys: number };
    const reducer = new HotByFrequency(top.limit);
    reducer.#top = BoundedTop.restore(top);
    reducer.#askedKeys = askedKeys;
    return reducer;
  }

  #notes(keys: Ranked[]): string[] {
    if (this.#askedKeys === 0) return ["No key's counter could be read."];
    const last = keys.at(-1)?.value;
    const notes = [
      "The counter is logarithmic: with lfu-log-factor 10, the default, about 18 stands for 1,000 uses, 142 for 100,000 and 255 for a million or more.",
      "It falls by one in each lfu-decay-time (1 minute by default) without use, so it says what is used lately, not ever.",
    ];
    if (last !== undefined && last <= initialFrequency)
      notes.push(`Keys begin at ${initialFrequency}: what is not above it may never have been used.`);
    if (this.#top.equalsLeftOut > 0)
      notes.push(`${this.#top.equalsLeftOut} more have the counter of the last one listed, ${last ?? 0}.`);
    return notes;
  }
}
