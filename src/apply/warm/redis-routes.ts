import { hashSlot } from "../../model/hash-slot.js";
import type { FleetNode } from "../../model/node-port.js";
import { RedisLane } from "./redis-lane.js";
import { noOwner, type Locate, type WriteTarget } from "./write-target.js";

/** Which lane leads to a key, as far as it is known; corrected by what the nodes answer. */
export class RedisRoutes {
  readonly #lanes = new Map<string, RedisLane>();
  readonly #nodes = new Map<RedisLane, FleetNode>();
  /** By slot; null: not known. Index 0 alone where the target is no cluster. */
  #bySlot: (RedisLane | null)[] = [];
  #target: WriteTarget | null = null;
  #locating: Promise<void> | null = null;
  relocations = -1;
  /** Primaries that were replaced meanwhile. */
  readonly #replaced: { change: string; mayHaveLost: boolean }[] = [];
  /** Why the last look found no primary; null: it did. */
  unfound: string | null = null;

  constructor(private readonly locate: Locate) {}

  get isCluster(): boolean {
    return this.#target?.owners != null;
  }

  /** What may have gone with what the servers acknowledged. Sentences without a full stop. */
  get losses(): string[] {
    return [
      ...this.#replaced
        .filter(({ mayHaveLost }) => mayHaveLost)
        .map(
          ({ change }) => `a primary was replaced (${change}): what the old one acknowledged last may be lost with it`,
        ),
      ...[...this.#lanes.values()]
        .filter(({ restartedEmpty }) => restartedEmpty > 0)
        .map(
          ({ address }) => `${address} was restarted and keeps no append-only file: what it held before may be lost`,
        ),
    ];
  }

  /** What happened to the servers that is no loss, as far as is known. Sentences. */
  get notes(): string[] {
    return [
      ...(this.relocations > 0 ? [`The target's primaries were looked for again ${this.relocations} times.`] : []),
      ...this.#replaced
        .filter(({ mayHaveLost }) => !mayHaveLost)
        .map(({ change }) => `A primary handed over to another while it ran (${change}).`),
      ...[...this.#lanes.values()]
        .filter(({ lifeUnknown }) => lifeUnknown)
        .map(
          ({ address }) =>
            `The connection to ${address} was lost meanwhile, and this login may not ask whether the server was restarted (INFO).`,
        ),
    ];
  }

  slotOf(key: string): number {
    return this.isCluster ? hashSlot(key) : 0;
  }

  laneOf(slot: number): RedisLane | null {
    return this.#bySlot[slot] ?? null;
  }

  /** One look at a time, whoever asks. @throws CachectlError */
  async find(): Promise<void> {
    this.#locating ??= this.look().finally(() => (this.#locating = null));
    return this.#locating;
  }

  /** A primary that was replaced may go on taking writes, which are lost. Where nobody answers, what is known stays. */
  async check(): Promise<void> {
    if (this.isCluster) return;
    const { relocations } = this;
    await this.find().catch(() => undefined);
    if (this.#replaced.length === 0) this.relocations = relocations;
  }

  /** Takes MOVED at its word. */
  move(slot: number, lane: RedisLane): void {
    this.#bySlot[slot] = lane;
  }

  /** The lane to the node that a redirection names; null where there is none by that name. */
  async laneAt(host: string, port: number, sender: RedisLane): Promise<RedisLane | null> {
    const node = await this.#target?.nodeAt(host, port, this.#nodes.get(sender) ?? null);
    return node == null ? null : this.laneTo(node);
  }

  close(): void {
    for (const lane of this.#lanes.values()) lane.close();
  }

  private async look(): Promise<void> {
    const target = await this.locate().catch((error: unknown) => {
      this.unfound = error instanceof Error ? error.message : String(error);
      throw error;
    });
    this.unfound = null;
    this.relocations++;
    this.noteReplaced(this.#target, target);
    this.#target = target;
    const lanes = target.primaries.map((node) => this.laneTo(node));
    const { owners } = target;
    this.#bySlot =
      owners === null
        ? [lanes[0] ?? null]
        : Array.from(owners, (owner) => (owner === noOwner ? null : (lanes[owner] ?? null)));
  }

  /** A node that slots were merely moved to is new beside the others; one that took over stands for one that is gone. */
  private noteReplaced(before: WriteTarget | null, after: WriteTarget): void {
    const addresses = (target: WriteTarget) => target.primaries.map(({ identity }) => identity.address);
    if (before === null) return;
    const [old, now] = [addresses(before), addresses(after)];
    const gone = old.filter((address) => !now.includes(address));
    const come = now.filter((address) => !old.includes(address));
    if (gone.length === 0 || come.length === 0) return;
    // A member of a cluster that hands over stays there, and says MOVED; Sentinel cuts the clients of the old primary off in any case.
    const mayHaveLost = after.owners === null || gone.some((address) => this.#lanes.get(address)?.hasFailed === true);
    this.#replaced.push({ change: `from ${gone.join(", ")} to ${come.join(", ")}`, mayHaveLost });
  }

  private laneTo(node: FleetNode): RedisLane {
    const { address } = node.identity;
    const known = this.#lanes.get(address);
    if (known !== undefined) return known;
    const lane = new RedisLane(node);
    this.#lanes.set(address, lane);
    this.#nodes.set(lane, node);
    return lane;
  }
}
