import { takeClusterLock, type ClusterLock } from "../../apply/cluster-lock.js";
import type { MoveMember } from "../../apply/move-types.js";
import { CachectlError } from "../../model/errors.js";

/** The cluster's lock, for a repair: a cluster that is down cannot take it, and has to be repaired all the same. */
export class RepairLock {
  readonly #lost = new AbortController();
  #lock: ClusterLock | null = null;
  #refusal: string | null = null;

  /** @param holder who takes it, for whoever is refused: `ChangeContext.holder` */
  constructor(
    private readonly members: readonly MoveMember[],
    private readonly holder: string,
  ) {}

  /** Aborts when the lock was held and is lost. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  get notes(): string[] {
    return this.#refusal === null
      ? []
      : [
          `Without the cluster's lock, which it could not take (${this.#refusal}): make sure that no other run changes it.`,
        ];
  }

  /** @throws CachectlError change `cluster-locked` where another run holds it */
  async tryToTake(): Promise<void> {
    if (this.#lock !== null) return;
    try {
      this.#lock = await takeClusterLock({
        members: this.members,
        holder: `cluster fix on ${this.holder}`,
      });
      this.#refusal = null;
      this.#lock.lost.addEventListener("abort", () => this.#lost.abort(), { once: true });
    } catch (error) {
      if (!(error instanceof CachectlError) || error.code !== "cluster-not-writable") throw error;
      this.#refusal = error.message;
    }
  }

  async release(): Promise<void> {
    await this.#lock?.release();
  }
}
