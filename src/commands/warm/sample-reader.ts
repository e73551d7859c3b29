import type { CacheWriter } from "../../apply/warm/cache-writer.js";
import type { WarmItem } from "../../model/warm-manifest.js";
import type { WarmReadBack } from "../../report/warm/warm-report.js";

const most = 100;
/** For the way of the question. */
const almostUpMs = 2_000;

/** Keeps some of the items that were written, evenly over the whole run, and reads them back at its end. */
export class SampleReader {
  #kept: { item: WarmItem; writtenMs: number }[] = [];
  #pages = 0;

  constructor(private readonly random: () => number) {}

  /** One of each page: reservoir sampling (Vitter's algorithm R). */
  take(items: readonly WarmItem[], nowMs: number): void {
    const item = items[Math.floor(this.random() * items.length)];
    if (item === undefined) return;
    this.#pages++;
    const kept = { item, writtenMs: nowMs };
    if (this.#kept.length < most) this.#kept.push(kept);
    else {
      const place = Math.floor(this.random() * this.#pages);
      if (place < most) this.#kept[place] = kept;
    }
  }

  async read(writer: CacheWriter, nowMs: number): Promise<WarmReadBack> {
    // One whose time is up by now, or all but up, has rightly gone.
    const alive = this.#kept.filter(
      ({ item, writtenMs }) => item.ttlMs === null || writtenMs + item.ttlMs > nowMs + almostUpMs,
    );
    // A key that came twice in the source holds what came last.
    const items = [...new Map(alive.map(({ item }) => [item.key, item])).values()];
    const seen = await writer.readBack(items);
    const count = (what: string | null) => seen.filter((one) => one === what).length;
    return {
      asked: items.length,
      same: count("same"),
      different: count("different"),
      gone: count("gone"),
      unread: count(null),
    };
  }
}
