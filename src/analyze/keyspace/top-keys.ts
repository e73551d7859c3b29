import type { CloserLook, KeyHandle } from "../../model/closer-look.js";
import { hashSlot } from "../../model/hash-slot.js";
import { keyText, ownText } from "../../model/key-name.js";
import type { KeyPage } from "../../model/key-page.js";
import type { TopKey, TopKeysFacts } from "../../model/keyspace.js";
import { BoundedTop, compare, type Ranked, type SavedTop } from "./bounded-top.js";
import type { KeyReducer } from "./reducer.js";
import { TypeRows } from "./type-rows.js";

/**
 * How many times the list's length is kept: the scan's MEMORY USAGE looks at 5 elements of a collection, so its order is an
 * estimate, and those that are listed are chosen by a closer look.
 */
const candidatesPerListed = 3;

interface Candidate extends Ranked {
  type: string | null;
  bytes: number | null;
  elements: number | null;
  encoding: string | null;
  ttlMs: number | null;
  idleSeconds: number | null;
}

/** The largest keys by bytes or by elements, of each type and of all. Keys without that number (strings have no elements) are left out. */
export class TopKeysReducer implements KeyReducer {
  readonly #by: "bytes" | "elements";
  readonly #limit: number;
  #types = new TypeRows();
  /** One for each row of `#types`: the largest of all are among the largest of each. */
  #tops: BoundedTop<Candidate>[] = [];
  /** Kept beside the first measures, not in their place, so that a scan can be gone on with after its report. */
  #looks = new Map<string, CloserLook[]>();

  /** @param limit length of each list, at least 1 */
  constructor(by: "bytes" | "elements", limit: number) {
    this.#by = by;
    this.#limit = limit;
  }

  add(page: KeyPage): void {
    const { names, types } = page;
    const values = page[this.#by];
    for (let i = 0; i < names.length; i++) {
      const value = values[i] ?? null;
      if (value === null) continue;
      const top = this.#topOf(types[i] ?? null);
      if (value < top.floor) continue;
      const name = names[i] ?? "";
      if (top.takes(value, name, page.node, page.database)) top.put(candidateAt(page, i, value, ownText(name)));
    }
  }

  /** Each is to be looked at more closely before `facts` is asked. */
  candidates(): KeyHandle[] {
    return this.#tops.flatMap((top) =>
      top.sorted().map(({ node, database, name, type }) => ({ node, database, name, type })),
    );
  }

  /** Takes what closer looks gave, of candidates and other keys alike. What a look leaves null stays as the scan saw it. */
  amend(looks: CloserLook[]): void {
    for (const look of looks) {
      const ofName = this.#looks.get(look.key.name);
      if (ofName === undefined) this.#looks.set(look.key.name, [look]);
      else ofName.push(look);
    }
  }

  facts(isCluster: boolean): TopKeysFacts {
    const lists = this.#tops.map((top) => this.#amended(top));
    const all = lists.flat().sort(compare);
    const overall = all.slice(0, this.#limit);
    const last = overall.at(-1)?.value;
    const unlisted = all.slice(this.#limit).filter(({ value }) => value === last).length;
    const leftOut = this.#tops.reduce((sum, top) => sum + (top.floor === last ? top.equalsLeftOut : 0), 0);
    const byType: [string, TopKey[]][] = [];
    for (const [row, type] of this.#types.types.entries()) {
      const listed = (lists[row] ?? []).slice(0, this.#limit);
      if (type !== null && listed.length > 0) byType.push([type, listed.map((one) => topKey(one, isCluster))]);
    }
    return {
      overall: overall.map((candidate) => topKey(candidate, isCluster)),
      byType: Object.fromEntries(byType.sort(([a], [b]) => (a < b ? -1 : 1))),
      moreEqual: unlisted + leftOut,
    };
  }

  save(): unknown {
    const types = [...this.#types.types];
    return { by: this.#by, limit: this.#limit, types, tops: this.#tops.map((top) => top.save()) };
  }

  static restore(saved: unknown): TopKeysReducer {
    const { by, limit, types, tops } = saved as SavedTopKeys;
    const reducer = new TopKeysReducer(by, limit);
    reducer.#types = new TypeRows([...types]);
    reducer.#tops = tops.map((top) => BoundedTop.restore(top));
    return reducer;
  }

  #topOf(type: string | null): BoundedTop<Candidate> {
    const row = this.#types.rowOf(type);
    return (this.#tops[row] ??= new BoundedTop(candidatesPerListed * this.#limit));
  }

  /** The largest first, as the closer looks have it, without keys that have gone since. */
  #amended(top: BoundedTop<Candidate>): Candidate[] {
    const amended = top.sorted().flatMap((candidate) => {
      const look = this.#lookAt(candidate);
      if (look === undefined) return [candidate];
      return look.gone ? [] : [withLook(candidate, look, this.#by)];
    });
    return amended.sort(compare);
  }

  #lookAt({ name, node, database }: Candidate): CloserLook | undefined {
    return this.#looks.get(name)?.findLast(({ key }) => key.node === node && key.database === database);
  }
}

interface SavedTopKeys {
  by: "bytes" | "elements";
  limit: number;
  types: (string | null)[];
  tops: SavedTop<Candidate>[];
}

function candidateAt(page: KeyPage, i: number, value: number, name: string): Candidate {
  return {
    value,
    name,
    node: page.node,
    database: page.database,
    type: page.types[i] ?? null,
    bytes: page.bytes[i] ?? null,
    elements: page.elements[i] ?? null,
    encoding: page.encodings[i] ?? null,
    ttlMs: page.ttlMs[i] ?? null,
    idleSeconds: page.idleSeconds[i] ?? null,
  };
}

function withLook(candidate: Candidate, look: CloserLook, by: "bytes" | "elements"): Candidate {
  return {
    ...candidate,
    value: look[by] ?? candidate.value,
    bytes: look.bytes ?? candidate.bytes,
    elements: look.elements ?? candidate.elements,
    encoding: look.encoding ?? candidate.encoding,
    ttlMs: look.ttlMs ?? candidate.ttlMs,
    idleSeconds: look.idleSeconds ?? candidate.idleSeconds,
  };
}

function topKey({ name, node, database, type, ...rest }: Candidate, isCluster: boolean): TopKey {
  return {
    key: keyText(name),
    node,
    database,
    slot: isCluster ? hashSlot(name) : null,
    type,
    bytes: rest.bytes,
    elements: rest.elements,
    encoding: rest.encoding,
    ttlMs: rest.ttlMs,
    idleSeconds: rest.idleSeconds,
  };
}
