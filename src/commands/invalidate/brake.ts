import { performance } from "node:perf_hooks";
import type { KeyOwner } from "../../apply/invalidate/key-owner.js";
import { LatencyGuard } from "../../collect/keyspace/latency-guard.js";
import { Pacer } from "../../collect/keyspace/pacer.js";
import type { Clock } from "../../model/clock.js";
import type { RedisBulkPort } from "../../model/node-port.js";

export interface BrakeOptions {
  /** Keys a second; null: as fast as the latency allows. */
  ratePerSecond: number | null;
  maxLatencyMs: number;
}

/** Holds an invalidation to its rate, and waits while it delays others: a PING beside it on every primary tells. */
export class Brake {
  readonly #pacer: Pacer;
  readonly #guards: LatencyGuard[] = [];
  readonly #ports: Promise<RedisBulkPort>[] = [];

  private constructor(
    private readonly clock: Clock,
    private readonly stopRequested: AbortSignal,
    options: BrakeOptions,
  ) {
    this.#pacer = new Pacer(options.ratePerSecond);
  }

  static async begin(
    owners: readonly KeyOwner[],
    options: BrakeOptions,
    clock: Clock,
    stopRequested: AbortSignal,
  ): Promise<Brake> {
    const brake = new Brake(clock, stopRequested, options);
    await Promise.all(owners.map((owner) => brake.watch(owner, options.maxLatencyMs)));
    return brake;
  }

  get slowdowns(): number {
    return this.#guards.reduce((sum, { slowdowns }) => sum + slowdowns, 0);
  }

  /** The way to the idle server and back, the longest of all primaries; null: not known. */
  get idleMs(): number | null {
    const idle = this.#guards.map(({ baseMs }) => baseMs);
    return idle.every((ms) => ms !== null) ? Math.max(...idle) : null;
  }

  /** The most by which a PING was later than on the idle server; null: not known. */
  get addedLatencyMs(): number | null {
    const added = this.#guards.flatMap(({ addedMs }) => addedMs ?? []);
    return added.length === 0 ? null : Math.round(Math.max(...added) * 100) / 100;
  }

  /** After so many keys. A stop must not have to wait for a long pause. */
  async pace(keys: number): Promise<void> {
    const pauseMs = Math.max(0, ...this.#guards.map((guard) => guard.takePauseMs()));
    const endMs = this.clock.monotonicMs() + Math.max(pauseMs, this.#pacer.waitMs(this.clock.monotonicMs(), keys));
    for (let leftMs = endMs - this.clock.monotonicMs(); leftMs >= 1; leftMs = endMs - this.clock.monotonicMs()) {
      if (this.stopRequested.aborted) return;
      await this.clock.sleep(Math.min(leftMs, 100));
    }
  }

  end(): void {
    for (const guard of this.#guards) guard.end();
    for (const port of this.#ports)
      port.then(
        (open) => open.close(),
        () => undefined,
      );
  }

  private async watch({ node }: KeyOwner, maxLatencyMs: number): Promise<void> {
    const opening = node.openBulk();
    opening.catch(() => undefined);
    this.#ports.push(opening);
    const guard = new LatencyGuard(maxLatencyMs, {
      clock: this.clock,
      busyMs: () => performance.eventLoopUtilization().active,
      ping: async () => {
        await (await opening).call("PING");
      },
    });
    await guard.begin();
    void guard.watch();
    this.#guards.push(guard);
  }
}
