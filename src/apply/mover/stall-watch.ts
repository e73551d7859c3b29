import { setMaxListeners } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { isLost, type MemberLink } from "./member-link.js";
import type { Pace } from "./pace.js";

const everyMs = 100;

/** Asks PING beside the move, as another client would, and tells the pace of each pair how long its nodes keep others waiting. */
export class StallWatch {
  readonly #ended = new AbortController();
  readonly #watched = new Map<MemberLink, { paces: Set<Pace>; measured: Promise<void> }>();
  #longestMs: number | null = null;

  constructor() {
    // One pause for each member that is watched, and a cluster has more than the ten that Node takes for a leak.
    setMaxListeners(0, this.#ended.signal);
  }

  /** Milliseconds over the idle round trip; null: nobody answered. */
  get longestMs(): number | null {
    return this.#longestMs;
  }

  /** Measures the idle round trip first, so call it before the move begins. */
  async watch(link: MemberLink, pace: Pace): Promise<void> {
    let watched = this.#watched.get(link);
    if (watched === undefined) {
      const paces = new Set<Pace>();
      const measured = idleRoundTrip(link).then((idleMs) => void this.pingUntilEnd(link, paces, idleMs));
      // Before the wait: pairs that share a node begin at the same moment.
      this.#watched.set(link, (watched = { paces, measured }));
    }
    watched.paces.add(pace);
    await watched.measured;
  }

  leave(link: MemberLink, pace: Pace): void {
    this.#watched.get(link)?.paces.delete(pace);
  }

  /** Does not wait for a PING that a frozen server holds: the links are closed after this. */
  end(): void {
    this.#ended.abort();
  }

  private async pingUntilEnd(link: MemberLink, paces: ReadonlySet<Pace>, idleMs: number | null): Promise<void> {
    let idle = idleMs;
    for (;;) {
      const lateBefore = await this.ownLateness();
      // Its link is closed by now: another PING would open it again.
      if (this.hasEnded()) return;
      const tookMs = await roundTrip(link);
      if (this.hasEnded()) return;
      if (tookMs === null || paces.size === 0) continue;
      idle = Math.min(idle ?? tookMs, tookMs);
      // What this process was busy itself is no delay of the server's.
      const delayMs = Math.max(0, tookMs - idle - lateBefore);
      this.#longestMs = Math.max(this.#longestMs ?? 0, delayMs);
      for (const pace of paces) pace.heard(delayMs);
    }
  }

  private hasEnded(): boolean {
    return this.#ended.signal.aborted;
  }

  /** The pause between two PINGs; resolves with how much longer it took than asked for. */
  private async ownLateness(): Promise<number> {
    const before = performance.now();
    await wait(everyMs, undefined, { signal: this.#ended.signal, ref: false }).catch(() => undefined);
    return Math.max(0, performance.now() - before - everyMs - 2);
  }
}

async function idleRoundTrip(link: MemberLink): Promise<number | null> {
  let shortest: number | null = null;
  for (let i = 0; i < 3; i++) {
    const tookMs = await roundTrip(link);
    if (tookMs === null) return shortest;
    shortest = Math.min(shortest ?? tookMs, tookMs);
  }
  return shortest;
}

/** Null when there was no answer: whoever moves keys meets that too, and reports it. */
async function roundTrip(link: MemberLink): Promise<number | null> {
  const before = performance.now();
  try {
    await link.askOne("ping", "PING");
    return performance.now() - before;
  } catch (error) {
    if (isLost(error) || (error as { kind?: string }).kind === "interrupted") return null;
    throw error;
  }
}
