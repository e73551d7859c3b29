import { keyspaceFindings } from "../../analyze/keyspace/keyspace-findings.js";
import { KeyspaceStatistics, type SavedStatistics } from "../../analyze/keyspace/keyspace-statistics.js";
import { collectHotKeys } from "../../collect/keyspace/hot-keys.js";
import { chooseHotMethod } from "../../collect/keyspace/hot-method.js";
import { lookCloser, type CloserLooks } from "../../collect/keyspace/look-closer.js";
import type { ScanPosition } from "../../collect/keyspace/scan-node.js";
import { scanTarget, type TargetScan } from "../../collect/keyspace/scan-target.js";
import { collectSlotStats } from "../../collect/keyspace/slot-stats.js";
import { observeTarget } from "../../collect/observe-target.js";
import { CachectlError } from "../../model/errors.js";
import type { Fact } from "../../model/fact.js";
import type { HotKeysFacts } from "../../model/keyspace.js";
import type { Fleet } from "../../model/node-port.js";
import type { ObservedTarget } from "../../model/observation.js";
import type { Profile } from "../../model/profile.js";
import type { SlotStats } from "../../model/slot-stats.js";
import type { BigkeysOptions } from "../bigkeys.js";
import type { Context } from "../context.js";
import type { ScanProgress } from "./scan-progress.js";

/** What one target's keys showed, and where another run may go on. */
export interface TargetRead {
  observed: ObservedTarget;
  /** Whether another run could read what this one did not. */
  unfinished: boolean;
  /** Null unless `--resume` was given. */
  kept: EarlierRead | null;
}

export interface EarlierRead {
  positions: Record<string, ScanPosition>;
  statistics: SavedStatistics;
}

/** One pass over the keys of one target, from its profile to the topics that rules and report read. Read-only. */
export async function readTarget(
  context: Context,
  profile: Profile,
  options: BigkeysOptions,
  earlier: EarlierRead | null,
  progress: ScanProgress,
): Promise<TargetRead> {
  try {
    return await readOpened(context, profile, options, earlier, progress);
  } catch (error) {
    // Called off before its first key: the other targets' keys are reported all the same.
    if (!context.signal.aborted) throw error;
    const discoveryGaps = ["the run was interrupted before its keys were read"];
    return { observed: { target: profile.identity, nodes: [], discoveryGaps }, unfinished: true, kept: earlier };
  }
}

async function readOpened(
  context: Context,
  profile: Profile,
  options: BigkeysOptions,
  earlier: EarlierRead | null,
  progress: ScanProgress,
): Promise<TargetRead> {
  const fleet = await context.openFleet(profile);
  try {
    const observed = await observeTarget(fleet, profile.identity, 0, context.clock);
    return await new TargetReading(context, profile, options, fleet, observed, progress).read(earlier);
  } finally {
    fleet.close();
  }
}

class TargetReading {
  private readonly stopped = () => this.context.signal.aborted;

  constructor(
    private readonly context: Context,
    private readonly profile: Profile,
    private readonly options: BigkeysOptions,
    private readonly fleet: Fleet,
    private readonly observed: ObservedTarget,
    private readonly progress: ScanProgress,
  ) {}

  async read(earlier: EarlierRead | null): Promise<TargetRead> {
    const { options, profile } = this;
    const method = options.hot === null ? null : chooseHotMethod(this.observed.nodes, options.hot.method);
    const frequencies = method === "frequency";
    const statistics =
      earlier === null ? this.emptyStatistics(frequencies) : KeyspaceStatistics.restore(earlier.statistics);
    const scan = await scanTarget(
      this.fleet,
      this.observed,
      // A profile that names a database means that one.
      { ...options.scan, frequencies, database: options.scan.database ?? (profile.database || null) },
      earlier?.positions ?? {},
      {
        clock: this.context.clock,
        random: () => this.context.random(),
        onPage: (page) => statistics.add(page),
        onProgress: (node, seen, expected) => this.progress.seen(`${profile.identity.name} ${node}`, seen, expected),
        budget: { left: options.scan.limitKeys ?? Infinity },
        stopped: this.stopped,
      },
    );
    // Before the closer look changes them: what another run goes on with is what the pages gave.
    const kept = options.resume === null ? null : { positions: scan.positions, statistics: statistics.save() };
    return { observed: await this.judgeable(scan, statistics), unfinished: scan.unfinished, kept };
  }

  private emptyStatistics(frequencies: boolean): KeyspaceStatistics {
    const { kind } = this.profile;
    const family = kind === "memcached" ? "memcached" : "redis";
    const shape = { family, isCluster: kind === "cluster", top: this.options.top, frequencies } as const;
    return KeyspaceStatistics.empty(shape, () => this.context.random());
  }

  private async judgeable(scan: TargetScan, statistics: KeyspaceStatistics): Promise<ObservedTarget> {
    const { looks, addedLookups, valuesRead } = await this.lookCloser(scan, statistics);
    for (const node of scan.facts.nodes) node.addedLookups += addedLookups.get(node.node) ?? 0;
    const findings = keyspaceFindings({
      statistics,
      scan: scan.facts,
      looks,
      valuesRead,
      nodes: scan.scanned.map(({ observed }) => observed),
      slotStats: await this.slotStats(scan),
      hot: await this.hotKeys(scan),
      groupLimit: this.options.groups,
      nowMs: this.context.clock.now(),
    });
    return { ...this.observed, keyspace: findings };
  }

  private async lookCloser({ scanned }: TargetScan, statistics: KeyspaceStatistics): Promise<CloserLooks> {
    const { readValues, scan } = this.options;
    const deps = { clock: this.context.clock, stopped: this.stopped };
    const keys = statistics.shape.family === "redis" ? statistics.candidates() : [];
    return lookCloser(scanned, keys, { readValues, touch: scan.touch }, deps);
  }

  private async slotStats({ scanned }: TargetScan): Promise<Map<string, SlotStats>> {
    const stats = new Map<string, SlotStats>();
    if (this.profile.kind !== "cluster" || this.stopped()) return stats;
    await Promise.all(
      scanned.map(async ({ node }) => {
        const fact = await node.openRedis().then(collectSlotStats).catch(notAnswered);
        if (fact?.ok === true) stats.set(node.identity.address, fact.value);
      }),
    );
    return stats;
  }

  private async hotKeys({ scanned }: TargetScan): Promise<Fact<HotKeysFacts> | "frequency" | null> {
    const { hot, top } = this.options;
    if (hot === null || this.stopped()) return null;
    const isCluster = this.profile.kind === "cluster";
    return collectHotKeys(
      scanned,
      { ...hot, top, isCluster },
      {
        clock: this.context.clock,
        stopped: this.stopped,
        say: (line) => this.context.progress.note(line),
      },
    );
  }
}

/** The node went away or the run was called off: the keys that were read are reported all the same. */
function notAnswered(error: unknown): null {
  if (error instanceof CachectlError) return null;
  throw error;
}
