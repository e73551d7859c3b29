import type { PortionSize } from "../../apply/warm/portions.js";
import type { WarmStop } from "../../apply/warm/run-warm.js";
import { LatencyGuard } from "../../collect/keyspace/latency-guard.js";
import { Pacer } from "../../collect/keyspace/pacer.js";
import type { CacheState, CacheWatch } from "../../collect/warm/target-memory.js";
import type { Clock } from "../../model/clock.js";
import type { FleetNode } from "../../model/node-port.js";
import { formatBytes } from "../../report/format-value.js";

export interface ThrottleOptions {
  itemsPerSecond: number | null;
  bytesPerSecond: number | null;
  maxLatencyMs: number;
  /** Share of maxmemory at which the run stops. */
  memoryMark: number;
}

const lookEveryMs = 1_000;

/** How soon to look again while what was sent has no answers yet. */
const landingMs = 25;

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
  /** The node with the least room. */
  #fullest = { address: "", limitName: "" };
  /** Admitted since the last look, or without answers then. */
  #spentBytes = 0;
  #underWayBytes = 0;
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
    private readonly watch: Pick<CacheWatch, "look" | "ping">,
    private readonly nodes: () => readonly FleetNode[],
    private readonly ending: AbortSignal,
  ) {
    this.#items = new Pacer(options.itemsPerSecond);
    this.#bytes = new Pacer(options.bytesPerSecond);
  }

  /** A first look, before anything is written. */
  async begin(): Promise<WarmStop | null> {
    for (const node of this.nodes()) {
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

  /** Waits until a portion may be sent. Gives what ends the run, if anything. */
  async admit({ items, bytes, memoryBytes }: PortionSize): Promise<WarmStop | null> {
    const now = this.clock.monotonicMs();
    const dueMs = Math.max(this.#items.waitMs(now, items), this.#bytes.waitMs(now, bytes), this.latePauseMs());
    await this.pause(dueMs);
    // Well before what is known to be free is used up, and now and then in any case.
    const due = this.#spentBytes + memoryBytes > this.#headroomBytes / 2 || this.sinceLookMs() > lookEveryMs;
    const stop = (due ? await this.look() : null) ?? (await this.makeRoom(memoryBytes));
    this.#spentBytes += memoryBytes;
    this.#underWayBytes += memoryBytes;
    return stop;
  }

  /** An admitted portion has its answers. */
  landed({ memoryBytes }: PortionSize): void {
    this.#underWayBytes -= memoryBytes;
  }

  /** What is under way may or may not have been seen by the last look: it is waited for before anything is refused. */
  private async makeRoom(neededBytes: number): Promise<WarmStop | null> {
    while (this.#spentBytes + neededBytes > this.#headroomBytes && !this.ending.aborted) {
      if (this.#underWayBytes === 0 && this.#spentBytes === 0) return this.noRoom(neededBytes);
      if (this.#underWayBytes > 0) await this.clock.sleep(landingMs);
      const stop = await this.look();
      if (stop !== null) return stop;
    }
    return null;
  }

  private noRoom(neededBytes: number): WarmStop {
    const mark = `${Math.floor(this.options.memoryMark * 100)} %`;
    const { address, limitName } = this.#fullest;
    return {
      kind: "target-full",
      reason: `what comes next takes about ${formatBytes(neededBytes)}, and ${address} has ${formatBytes(this.#headroomBytes)} left until ${mark} of its ${limitName} (--max-memory): more would push out what is there`,
      hint: fullHint,
    };
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
      // What lands while a node is asked may have come after its answer: it counts until the next look.
      const underWayBytes = this.#underWayBytes;
      const states = await this.watch.look(this.nodes());
      this.#lookedAtMs = this.clock.monotonicMs();
      this.#spentBytes = underWayBytes;
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
    for (const { address, usedBytes, maxBytes, limitName } of states) {
      if (maxBytes === 0) continue;
      const left = maxBytes * this.options.memoryMark - usedBytes;
      if (left <= 0) return full(address, usedBytes / maxBytes, this.options.memoryMark, limitName);
      if (left >= this.#headroomBytes) continue;
      this.#headroomBytes = left;
      this.#fullest = { address, limitName };
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

function full(address: string, ratio: number, mark: number, limitName: string): WarmStop {
  const percent = (share: number) => `${Math.floor(share * 100)} %`;
  return {
    kind: "target-full",
    reason: `${address} uses ${percent(ratio)} of its ${limitName}, and --max-memory is ${percent(mark)}: more would push out what is there`,
    hint: fullHint,
  };
}

const fullHint =
  "Give the target more memory, shorten the TTLs, or warm fewer items; `cachectl bigkeys` shows what fills it.";

function evicting(): WarmStop {
  return {
    kind: "target-full",
    reason: "the target keeps evicting keys while it is warmed, also after pauses",
    hint: "Give the target more memory, or warm fewer items: what is written now pushes out what was there.",
  };
}
