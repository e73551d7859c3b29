import type { WarmStop } from "../../apply/warm/run-warm.js";
import { LatencyGuard } from "../../collect/keyspace/latency-guard.js";
import { Pacer } from "../../collect/keyspace/pacer.js";
import type { CacheState, CacheWatch } from "../../collect/warm/target-memory.js";
import type { Clock } from "../../model/clock.js";
import type { FleetNode } from "../../model/node-port.js";

export interface ThrottleOptions {
  itemsPerSecond: number | null;
  bytesPerSecond: number | null;
  maxLatencyMs: number;
  /** Share of maxmemory at which the run stops. */
  memoryMark: number;
}

const lookEveryMs = 1_000;

/** What the server keeps for an item beside its key and value: entry, object, expiry, and what the allocator rounds up to. */
const overheadBytes = 150;

const firstPauseMs = 250;
const longestPauseMs = 4_000;

/** Looks that find evictions, each followed by a longer pause. What this run causes ends with each pause and begins anew after it. */
const mostEvictingLooks = 5;

/** So long without any, and those that come then are others: longer than any pause. */
const calmMs = 10_000;

/** Holds a warm-up to its caps, and to what the target bears. */
export class Throttle {
  readonly #items: Pacer;
  readonly #bytes: Pacer;
  readonly #guards: LatencyGuard[] = [];
  #headroomBytes = Infinity;
  #spentBytes = 0;
  #lookedAtMs = -Infinity;
  #looking: Promise<WarmStop | null> | null = null;
  #evictions: number | null = null;
  #evictingLooks = 0;
  #evictedAtMs = -Infinity;
  pausedMs = 0;
  /** Whether the target's memory could be seen at all. */
  unseen = false;

  constructor(
    private readonly options: ThrottleOptions,
    private readonly clock: Clock,
    private readonly watch: CacheWatch,
    private readonly nodes: () => readonly FleetNode[],
    private readonly ending: AbortSignal,
  ) {
    this.#items = new Pacer(options.itemsPerSecond);
    this.#bytes = new Pacer(options.bytesPerSecond);
  }

  /** A first look, before anything is written. */
  async begin(): Promise<WarmStop | null> {
    for (const node of this.nodes()) {
      if (node.identity.family !== "redis") continue;
      const guard = new LatencyGuard(this.options.maxLatencyMs, {
        clock: this.clock,
        busyMs: () => performance.eventLoopUtilization().active,
        ping: () => this.watch.ping(node),
      });
      await guard.begin();
      this.#guards.push(guard);
      void guard.watch();
    }
    return this.look();
  }

  end(): void {
    for (const guard of this.#guards) guard.end();
  }

  /** Under a cap, portions small enough to come evenly. */
  get mostAtOnce(): number {
    return this.#items.mostKeys;
  }

  get slowdowns(): number {
    return this.#guards.reduce((sum, { slowdowns }) => sum + slowdowns, 0);
  }

  /** Waits until a page may be sent. Gives what ends the run, if anything. */
  async admit(items: number, bytes: number): Promise<WarmStop | null> {
    const now = this.clock.monotonicMs();
    const dueMs = Math.max(this.#items.waitMs(now, items), this.#bytes.waitMs(now, bytes), this.latePauseMs());
    await this.pause(dueMs);
    const cost = bytes + items * overheadBytes;
    // Well before what is known to be free is used up, and now and then in any case.
    const due = this.#spentBytes + cost > this.#headroomBytes / 2 || this.sinceLookMs() > lookEveryMs;
    const stop = due ? await this.look() : null;
    this.#spentBytes += cost;
    return stop;
  }

  private latePauseMs(): number {
    let longest = 0;
    for (const guard of this.#guards) longest = Math.max(longest, guard.takePauseMs());
    return longest;
  }

  private look(): Promise<WarmStop | null> {
    this.#looking ??= this.judge().finally(() => (this.#looking = null));
    return this.#looking;
  }

  private async judge(): Promise<WarmStop | null> {
    for (;;) {
      const states = await this.watch.look(this.nodes());
      this.#lookedAtMs = this.clock.monotonicMs();
      this.#spentBytes = 0;
      const seen = states.filter((state) => state !== null);
      this.unseen ||= seen.length < states.length;
      const full = this.measure(seen);
      if (full !== null) return full;
      if (!this.areEvicting(seen)) return null;
      this.#evictingLooks++;
      if (this.#evictingLooks > mostEvictingLooks) return evicting();
      await this.pause(Math.min(longestPauseMs, firstPauseMs * 2 ** (this.#evictingLooks - 1)));
      if (this.ending.aborted) return null;
    }
  }

  private measure(states: readonly CacheState[]): WarmStop | null {
    this.#headroomBytes = Infinity;
    for (const { address, usedBytes, maxBytes } of states) {
      if (maxBytes === 0) continue;
      const left = maxBytes * this.options.memoryMark - usedBytes;
      if (left <= 0) return full(address, usedBytes / maxBytes, this.options.memoryMark);
      this.#headroomBytes = Math.min(this.#headroomBytes, left);
    }
    return null;
  }

  private areEvicting(states: readonly CacheState[]): boolean {
    const evictions = states.reduce((sum, state) => sum + state.evictions, 0);
    const before = this.#evictions;
    this.#evictions = evictions;
    if (before === null || evictions <= before) return false;
    if (this.#lookedAtMs - this.#evictedAtMs > calmMs) this.#evictingLooks = 0;
    this.#evictedAtMs = this.#lookedAtMs;
    return true;
  }

  private sinceLookMs(): number {
    return this.clock.monotonicMs() - this.#lookedAtMs;
  }

  /** In pieces, so that the end of the run ends it. */
  private async pause(ms: number): Promise<void> {
    this.pausedMs += ms;
    for (let left = ms; left > 0 && !this.ending.aborted; left -= 100) await this.clock.sleep(Math.min(100, left));
  }
}

function full(address: string, ratio: number, mark: number): WarmStop {
  const percent = (share: number) => `${Math.floor(share * 100)} %`;
  return {
    kind: "target-full",
    reason: `${address} uses ${percent(ratio)} of its maxmemory, and --max-memory is ${percent(mark)}: more would push out what is there`,
    hint: "Give the target more memory, shorten the TTLs, or warm fewer items; `cachectl bigkeys` shows what fills it.",
  };
}

function evicting(): WarmStop {
  return {
    kind: "target-full",
    reason: "the target keeps evicting keys while it is warmed, also after pauses",
    hint: "Give the target more memory, or warm fewer items: what is written now pushes out what was there.",
  };
}
