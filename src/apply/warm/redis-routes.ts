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

  constructor(private readonly locate: Locate) {}

  get isCluster(): boolean {
    return this.#target?.owners != null;
  }

  get lanes(): RedisLane[] {
    return [...this.#lanes.values()];
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
    const target = await this.locate();
    this.relocations++;
    this.#target = target;
    const lanes = target.primaries.map((node) => this.laneTo(node));
    const { owners } = target;
    this.#bySlot =
      owners === null
        ? [lanes[0] ?? null]
        : Array.from(owners, (owner) => (owner === noOwner ? null : (lanes[owner] ?? null)));
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
