import type { CacheWriter, SampledItem } from "../../apply/warm/cache-writer.js";
import type { Checkpoint } from "../../collect/warm/checkpoint-file.js";
import type { Clock } from "../../model/clock.js";
import { ownText } from "../../model/key-name.js";
import type { WarmItem } from "../../model/warm-manifest.js";
import type { WarmReadBack } from "../../report/warm/warm-report.js";

const most = 100;
const mostNoted = 20;
/** Of a value that is longer, only the key is kept: a hundred of them would take more memory than all the rest. */
const longestText = 64 * 1024;
/** For the way of the question. */
const almostUpMs = 2_000;

/** Of what an unfinished run noted, how many items are gone before their time. Read-only. */
export async function goneSince(writer: CacheWriter, { sample }: Checkpoint, nowMs: number): Promise<number> {
  const alive = sample.filter(({ expiresAt }) => expiresAt === null || expiresAt > nowMs + almostUpMs);
  const seen = await writer.readBack(alive.map(({ key }) => ({ key, text: null })));
  return seen.filter((one) => one === "gone").length;
}

/** Keeps some of the items that were written, evenly over the whole run, and reads them back at its end. */
export class SampleReader {
  #kept: { item: SampledItem; ttlMs: number | null; writtenMs: number }[] = [];
  #pages = 0;

  constructor(private readonly random: () => number) {}

  /** One of each page: reservoir sampling (Vitter's algorithm R). */
  take(items: readonly WarmItem[], nowMs: number): void {
    const item = items[Math.floor(this.random() * items.length)];
    if (item === undefined) return;
    this.#pages++;
    const place = this.#kept.length < most ? this.#kept.length : Math.floor(this.random() * this.#pages);
    if (place >= most) return;
    const { key, value, ttlMs } = item;
    // A piece of a page would keep the whole page in memory.
    const text = value.type === "string" && value.data.length <= longestText ? ownText(value.data) : null;
    this.#kept[place] = { item: { key: ownText(key), text }, ttlMs, writtenMs: nowMs };
  }

  /** Some of them, for the next run to look at. */
  some(clock: Pick<Clock, "now" | "monotonicMs">): Checkpoint["sample"] {
    const aheadMs = clock.now() - clock.monotonicMs();
    return this.#kept.slice(-mostNoted).map(({ item: { key }, ttlMs, writtenMs }) => ({
      ...{ key, expiresAt: ttlMs === null ? null : aheadMs + writtenMs + ttlMs },
    }));
  }

  async read(writer: CacheWriter, nowMs: number): Promise<WarmReadBack> {
    // One whose time is up by now, or all but up, has rightly gone.
    const alive = this.#kept.filter(({ ttlMs, writtenMs }) => ttlMs === null || writtenMs + ttlMs > nowMs + almostUpMs);
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
