/** Memcached's `settings.slab_page_size`: memory is given to a slab class a page at a time. */
const pageBytes = 1_048_576;

/**
 * How much a Memcached server can still take before it evicts: pages that no slab class has yet, and the free chunks of the class
 * that is being written to. Free chunks of other classes are of no use to it, and `bytes` does not count what chunks waste: measured,
 * items of 100 B are evicted from 88 % on.
 */
export class SlabRoom {
  #usedBefore: ReadonlyMap<string, number> = new Map();
  #slabClass: string | null = null;

  /**
   * @param slabs of `stats slabs`
   * @param limitBytes limit_maxbytes
   * @returns null where the server does not tell
   */
  freeBytes(slabs: Readonly<Record<string, string>>, limitBytes: number, poolPages: number): number | null {
    const given = Number(slabs["total_malloced"]);
    if (!Number.isFinite(given)) return null;
    const unassigned = Math.max(0, limitBytes - given) + poolPages * pageBytes;
    const used = new Map<string, number>();
    for (const [name, chunks] of Object.entries(slabs)) {
      const slabClass = /^(\d+):used_chunks$/.exec(name)?.[1];
      if (slabClass !== undefined) used.set(slabClass, Number(chunks) * figure(slabs, slabClass, "chunk_size"));
    }
    this.#slabClass = this.grownMost(used) ?? this.#slabClass;
    this.#usedBefore = used;
    if (this.#slabClass === null) return unassigned;
    return unassigned + figure(slabs, this.#slabClass, "free_chunks") * figure(slabs, this.#slabClass, "chunk_size");
  }

  /** Since the last look; at the first, since the server's start. Null: none has grown, as one that evicts. */
  private grownMost(used: ReadonlyMap<string, number>): string | null {
    let most: string | null = null;
    let mostBytes = 0;
    for (const [slabClass, bytes] of used) {
      const grown = bytes - (this.#usedBefore.get(slabClass) ?? 0);
      if (grown <= mostBytes) continue;
      most = slabClass;
      mostBytes = grown;
    }
    return most;
  }
}

function figure(slabs: Readonly<Record<string, string>>, slabClass: string, name: string): number {
  return Number(slabs[`${slabClass}:${name}`] ?? 0);
}
