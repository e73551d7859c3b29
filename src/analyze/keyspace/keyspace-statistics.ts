import { handleId, type CloserLook, type KeyHandle } from "../../model/closer-look.js";
import type { NodeFamily } from "../../model/node.js";
import type { KeyPage } from "../../model/key-page.js";
import { HotByFrequency } from "./hot-by-frequency.js";
import { ItemClasses } from "./item-classes.js";
import { KeyGroups } from "./key-groups.js";
import { KeyTotalsReducer } from "./key-totals.js";
import type { KeyReducer } from "./reducer.js";
import { SkewReducer } from "./skew.js";
import { TopKeysReducer } from "./top-keys.js";
import { TtlAudit } from "./ttl-audit.js";

/** What decides which statistics are kept. A resumed scan must have the same. */
export interface StatisticsShape {
  family: Extract<NodeFamily, "redis" | "memcached">;
  isCluster: boolean;
  /** Length of each list of top keys. */
  top: number;
  /** OBJECT FREQ is asked of every key. */
  frequencies: boolean;
}

/** Keys of each group that are looked at more closely. */
const samplesPerGroup = 4;

/** Groups of which samples are taken: those with the most bytes. */
const sampledGroups = 40;

/** Everything that is kept of the keys of one target while its pages go by; `keyspaceFindings` makes the topics of it. */
export class KeyspaceStatistics implements KeyReducer {
  private constructor(
    readonly shape: StatisticsShape,
    readonly totals: KeyTotalsReducer,
    readonly groups: KeyGroups,
    readonly largest: TopKeysReducer,
    readonly longest: TopKeysReducer,
    readonly ttls: TtlAudit,
    readonly skew: SkewReducer,
    readonly itemClasses: ItemClasses | null,
    readonly hot: HotByFrequency | null,
  ) {}

  /** @param random of [0, 1): which keys of a group stand for it */
  static empty(shape: StatisticsShape, random: () => number): KeyspaceStatistics {
    return new KeyspaceStatistics(
      shape,
      new KeyTotalsReducer(),
      new KeyGroups({ random }),
      new TopKeysReducer("bytes", shape.top),
      new TopKeysReducer("elements", shape.top),
      new TtlAudit(),
      new SkewReducer(shape.isCluster),
      shape.family === "memcached" ? new ItemClasses() : null,
      shape.frequencies ? new HotByFrequency(shape.top) : null,
    );
  }

  add(page: KeyPage): void {
    for (const reducer of this.reducers()) reducer.add(page);
  }

  /** The keys whose closer look sharpens the report: candidates for the top lists, and some of each large group. */
  candidates(): KeyHandle[] {
    const largestGroups = [...this.groups.eachGroup()]
      .sort((a, b) => b.statistics.bytes.sum - a.statistics.bytes.sum)
      .slice(0, sampledGroups);
    const handles = [
      ...this.largest.candidates(),
      ...this.longest.candidates(),
      ...largestGroups.flatMap(({ samples }) => samples.slice(0, samplesPerGroup)),
    ];
    return [...new Map(handles.map((handle) => [handleId(handle), handle])).values()];
  }

  amend(looks: CloserLook[]): void {
    this.largest.amend(looks);
    this.longest.amend(looks);
  }

  save(): SavedStatistics {
    return {
      shape: this.shape,
      totals: this.totals.save(),
      groups: this.groups.save(),
      largest: this.largest.save(),
      longest: this.longest.save(),
      ttls: this.ttls.save(),
      skew: this.skew.save(),
      itemClasses: this.itemClasses?.save() ?? null,
      hot: this.hot?.save() ?? null,
    };
  }

  /** The statistics as they were when they were saved. Goes wrong in any way on what `save` did not write. */
  static restore(saved: SavedStatistics): KeyspaceStatistics {
    return new KeyspaceStatistics(
      saved.shape,
      KeyTotalsReducer.restore(saved.totals),
      KeyGroups.restore(saved.groups),
      TopKeysReducer.restore(saved.largest),
      TopKeysReducer.restore(saved.longest),
      TtlAudit.restore(saved.ttls),
      SkewReducer.restore(saved.skew),
      saved.itemClasses === null ? null : ItemClasses.restore(saved.itemClasses),
      saved.hot === null ? null : HotByFrequency.restore(saved.hot),
    );
  }

  private *reducers(): Iterable<KeyReducer> {
    yield this.totals;
    yield this.groups;
    yield this.largest;
    yield this.longest;
    yield this.ttls;
    yield this.skew;
    if (this.itemClasses !== null) yield this.itemClasses;
    if (this.hot !== null) yield this.hot;
  }
}

/** Plain JSON: the content of a `--resume` file, beside the positions. */
export interface SavedStatistics {
  shape: StatisticsShape;
  totals: unknown;
  groups: unknown;
  largest: unknown;
  longest: unknown;
  ttls: unknown;
  skew: unknown;
  itemClasses: unknown;
  hot: unknown;
}
