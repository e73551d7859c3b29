import type { KeyPage } from "../../model/key-page.js";
import { compareAddresses } from "../../model/node.js";
import type { ItemClass, ItemClassFacts } from "../../model/keyspace.js";
import type { ObservedNode } from "../../model/observation.js";
import { itemClassVerdict, slabsOf } from "./item-class-verdict.js";
import { LogHistogram } from "./log-histogram.js";
import type { KeyReducer } from "./reducer.js";

/** One more than the highest slab class (MAX_NUMBER_OF_SLAB_CLASSES is 64; class 0 is never used for items). */
const classCount = 64;

/** What is counted of one server's items, by slab class. */
class NodeClasses {
  readonly items = new Float64Array(classCount);
  readonly bytes = new Float64Array(classCount);
  readonly fetched = new Float64Array(classCount);
}

/** Items of Memcached by server and slab class, and how long they have not been used. Pages of other servers are passed over. */
export class ItemClasses implements KeyReducer {
  readonly #nodes = new Map<string, NodeClasses>();
  #ages = new LogHistogram();

  add({ node, items, bytes, idleSeconds }: KeyPage): void {
    if (items === null) return;
    const { fetched, slabClasses } = items;
    const counts = this.countsOf(node);
    for (let i = 0; i < slabClasses.length; i++) {
      const slabClass = slabClasses[i] ?? 0;
      counts.items[slabClass] = (counts.items[slabClass] ?? 0) + 1;
      counts.bytes[slabClass] = (counts.bytes[slabClass] ?? 0) + (bytes[i] ?? 0);
      if (fetched[i] === true) counts.fetched[slabClass] = (counts.fetched[slabClass] ?? 0) + 1;
      const age = idleSeconds[i] ?? null;
      if (age !== null) this.#ages.add(age);
    }
  }

  /**
   * @param nodes what was observed of the servers: chunk sizes and evictions come from there, and are null where it was not
   * @param ratio share of the items that were measured: counts and bytes are of all
   */
  facts(nodes: readonly ObservedNode[], ratio = 1): ItemClassFacts {
    const classes = [...this.#nodes].flatMap(([node, counts]) =>
      classesOf(
        counts,
        nodes.find((observed) => observed.node.address === node),
        node,
        ratio,
      ),
    );
    return {
      classes: classes.sort(byBytes),
      neverFetchedPercent: neverFetched([...this.#nodes.values()]),
      ageSeconds: this.#ages.quantiles(),
    };
  }

  save(): unknown {
    const nodes = [...this.#nodes].map(([node, { items, bytes, fetched }]) => ({
      node,
      items: [...items],
      bytes: [...bytes],
      fetched: [...fetched],
    }));
    return { nodes, ages: this.#ages.save() };
  }

  static restore(saved: unknown): ItemClasses {
    const { nodes, ages } = saved as {
      nodes: { node: string; items: number[]; bytes: number[]; fetched: number[] }[];
      ages: unknown;
    };
    const classes = new ItemClasses();
    classes.#ages = LogHistogram.restore(ages);
    for (const { node, items, bytes, fetched } of nodes) {
      const counts = classes.countsOf(node);
      counts.items.set(items);
      counts.bytes.set(bytes);
      counts.fetched.set(fetched);
    }
    return classes;
  }

  private countsOf(node: string): NodeClasses {
    let counts = this.#nodes.get(node);
    if (counts === undefined) this.#nodes.set(node, (counts = new NodeClasses()));
    return counts;
  }
}

function classesOf(counts: NodeClasses, observed: ObservedNode | undefined, node: string, ratio: number): ItemClass[] {
  const slabs = slabsOf(observed);
  return [...counts.items.entries()]
    .filter(([, items]) => items > 0)
    .map(([slabClass, items]) => {
      const itemBytes = counts.bytes[slabClass] ?? 0;
      const chunkBytes = slabs.get(slabClass)?.chunkBytes ?? null;
      const found = {
        node,
        slabClass,
        chunkBytes,
        items: Math.round(items / ratio),
        itemBytes: Math.round(itemBytes / ratio),
        wastedPercent: wasted(items, itemBytes, chunkBytes),
        neverFetchedPercent: percent(items - (counts.fetched[slabClass] ?? 0), items),
        evicted: slabs.get(slabClass)?.evicted ?? null,
      };
      return { ...found, verdict: itemClassVerdict(found, slabs) };
    });
}

/** Null also where items are larger than their chunk: those lie in several. */
function wasted(items: number, itemBytes: number, chunkBytes: number | null): number | null {
  if (chunkBytes === null || itemBytes > items * chunkBytes) return null;
  return percent(items * chunkBytes - itemBytes, items * chunkBytes);
}

function neverFetched(nodes: readonly NodeClasses[]): number | null {
  const sum = (pick: (counts: NodeClasses) => Float64Array) =>
    nodes.reduce((total, counts) => total + pick(counts).reduce((a, b) => a + b, 0), 0);
  const items = sum((counts) => counts.items);
  return items === 0 ? null : percent(items - sum((counts) => counts.fetched), items);
}

/** One decimal. */
function percent(part: number, whole: number): number {
  return Math.round((1000 * part) / whole) / 10;
}

function byBytes(a: ItemClass, b: ItemClass): number {
  return b.itemBytes - a.itemBytes || compareAddresses(a.node, b.node) || a.slabClass - b.slabClass;
}
