import { crc16, slotCount, slotOf, tagEnd } from "../../model/hash-slot.js";
import { keyText } from "../../model/key-name.js";
import type { KeyPage } from "../../model/key-page.js";
import type { Figure, SkewFacts, SlotLoad } from "../../model/keyspace.js";
import type { SlotStats } from "../../model/slot-stats.js";
import { HeavyTags, type SavedHeavyTags } from "./heavy-tags.js";
import type { KeyReducer } from "./reducer.js";
import { keysFigure, measureFigure, RowSums, type KeySum } from "./row-sums.js";

const listedSlots = 20;
const listedTags = 20;

/** Keys and bytes of each node, of each slot (in a cluster), and of the heaviest hash tags. */
export class SkewReducer implements KeyReducer {
  readonly #isCluster: boolean;
  /** Row of `#nodes` → address. */
  #addresses: string[] = [];
  #nodes = new RowSums();
  /** No rows outside a cluster: the slot of a key costs more than all the rest here. */
  #slots: RowSums;
  /** By slot: the row of the node that its keys were read from, plus one. */
  #slotNodes: Uint32Array;
  /** Null until the first tag: it takes a megabyte. */
  #tags: HeavyTags | null = null;

  constructor(isCluster: boolean) {
    this.#isCluster = isCluster;
    this.#slots = new RowSums(isCluster ? slotCount : 0);
    this.#slotNodes = new Uint32Array(isCluster ? slotCount : 0);
  }

  add({ node, names, bytes }: KeyPage): void {
    const nodeRow = this.#rowOf(node);
    for (let i = 0; i < names.length; i++) {
      const name = names[i] ?? "";
      const keyBytes = bytes[i] ?? null;
      this.#nodes.add(nodeRow, keyBytes);
      const open = name.indexOf("{");
      const close = open === -1 ? -1 : tagEnd(name, open);
      if (close === -1 && !this.#isCluster) continue;
      const crc = close === -1 ? crc16(name, 0, name.length) : crc16(name, open + 1, close);
      if (close !== -1) (this.#tags ??= new HeavyTags()).add(name, open + 1, close, crc, keyBytes);
      if (this.#isCluster) this.#addToSlot(slotOf(crc), nodeRow, keyBytes);
    }
  }

  /**
   * @param ratio share of the keys that was added, above 0, at most 1
   * @param slotsByNode address → slots that the node owns; its nodes are listed even when they have no keys
   * @param slotStats address → CLUSTER SLOT-STATS, of nodes that have it
   */
  facts(ratio: number, slotsByNode: Map<string, number>, slotStats: Map<string, SlotStats>): SkewFacts {
    const hasBytes = measureFigure(this.#nodes.total(), ratio) !== null;
    const figures = (sums: KeySum): { keys: Figure; bytes: Figure | null } => ({
      keys: keysFigure(sums, ratio),
      bytes: hasBytes ? measureFigure(sums, ratio) : null,
    });
    const addresses = [...new Set([...this.#addresses, ...slotsByNode.keys()])].sort();
    return {
      nodes: addresses.map((node) => ({
        node,
        ...figures(this.#ofNode(node)),
        slots: slotsByNode.get(node) ?? null,
      })),
      slots: this.#heaviestSlots(hasBytes).map(({ slot, sums }) => ({
        slot,
        ...figures(sums),
        ...this.#ownerOf(slot, slotStats),
      })),
      hashTags: (this.#tags?.heaviest(listedTags, ratio) ?? []).map(({ tag, crc, keys, weight }) => ({
        tag: keyText(tag),
        keys,
        bytes: hasBytes ? weight : null,
        slot: this.#isCluster ? slotOf(crc) : null,
      })),
    };
  }

  save(): unknown {
    return {
      isCluster: this.#isCluster,
      addresses: [...this.#addresses],
      nodes: this.#nodes.save(),
      slots: this.#slots.save(),
      slotNodes: [...this.#slotNodes],
      tags: this.#tags?.save() ?? null,
    };
  }

  static restore(saved: unknown): SkewReducer {
    const { isCluster, addresses, nodes, slots, slotNodes, tags } = saved as SavedSkew;
    const reducer = new SkewReducer(isCluster);
    reducer.#addresses = [...addresses];
    reducer.#nodes = RowSums.restore(nodes);
    reducer.#slots = RowSums.restore(slots);
    reducer.#slotNodes = Uint32Array.from(slotNodes);
    reducer.#tags = tags === null ? null : HeavyTags.restore(tags);
    return reducer;
  }

  #rowOf(address: string): number {
    const row = this.#addresses.indexOf(address);
    return row === -1 ? this.#addresses.push(address) - 1 : row;
  }

  #addToSlot(slot: number, nodeRow: number, bytes: number | null): void {
    this.#slots.add(slot, bytes);
    const before = this.#slotNodes[slot];
    if (before === nodeRow + 1) return;
    // While a slot moves, two nodes have keys of it; any choice will do that does not depend on who came first.
    if (before === 0 || this.#address(nodeRow) < this.#address((before ?? 0) - 1)) this.#slotNodes[slot] = nodeRow + 1;
  }

  #address(row: number): string {
    return this.#addresses[row] ?? "";
  }

  #ofNode(address: string): KeySum {
    const row = this.#addresses.indexOf(address);
    return row === -1 ? { keys: 0, measured: 0, sum: 0, squares: 0 } : this.#nodes.row(row);
  }

  #heaviestSlots(hasBytes: boolean): { slot: number; sums: KeySum }[] {
    const weight = ({ keys, sum }: KeySum): number => (hasBytes ? sum : keys);
    return Array.from({ length: this.#slots.rowCount }, (_, slot) => ({ slot, sums: this.#slots.row(slot) }))
      .filter(({ sums }) => sums.keys > 0)
      .sort((a, b) => weight(b.sums) - weight(a.sums) || a.slot - b.slot)
      .slice(0, listedSlots);
  }

  #ownerOf(
    slot: number,
    slotStats: Map<string, SlotStats>,
  ): Pick<SlotLoad, "node" | "cpuMicroseconds" | "networkBytes"> {
    const node = this.#address((this.#slotNodes[slot] ?? 0) - 1);
    const stats = slotStats.get(node)?.get(slot);
    return {
      node,
      cpuMicroseconds: stats?.cpuMicroseconds ?? null,
      networkBytes: stats?.networkBytes ?? null,
    };
  }
}

interface SavedSkew {
  isCluster: boolean;
  addresses: string[];
  nodes: unknown;
  slots: unknown;
  slotNodes: number[];
  tags: SavedHeavyTags | null;
}
