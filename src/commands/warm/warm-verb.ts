import { resolve } from "node:path";
import { makePack } from "../../apply/warm/make-pack.js";
import type { CacheWriter } from "../../apply/warm/cache-writer.js";
import type { MemcachedWriter } from "../../apply/warm/memcached/memcached-writer.js";
import { openRedisWriter } from "../../apply/warm/redis-writer.js";
import { takeRunLock, type RunLock } from "../../apply/warm/run-lock.js";
import { runWarm, type WarmResult } from "../../apply/warm/run-warm.js";
import type { Checkpoint } from "../../collect/warm/checkpoint-file.js";
import { RejectsFile } from "../../collect/warm/rejects-file.js";
import { CacheWatch } from "../../collect/warm/target-memory.js";
import type { FleetNode } from "../../model/node-port.js";
import type { Profile } from "../../model/profile.js";
import type { Report } from "../../model/report.js";
import type { WarmManifest } from "../../model/warm-manifest.js";
import type { WarmSource } from "../../model/warm-source.js";
import { compileMapping } from "../../plan/warm/compile-mapping.js";
import type { WarmServer } from "../../model/warm-server.js";
import { lockedReport } from "../../report/warm/locked-report.js";
import { warmReport, type WarmReadBack } from "../../report/warm/warm-report.js";
import { describeSource, openSource } from "../../sources/open-source.js";
import type { RunFrame } from "../begin-run.js";
import type { Context } from "../context.js";
import { LastingNodes } from "../lasting-nodes.js";
import { grouped } from "../progress-text.js";
import { CheckpointKeeper } from "./checkpoint-keeper.js";
import { CheckpointPlace } from "./checkpoint-place.js";
import { Ending } from "./ending.js";
import { memcachedTarget, type MemcachedTarget } from "./memcached-target.js";
import { goOnLine } from "./go-on-line.js";
import { observeHitRate, type HitRate } from "./hit-rate.js";
import { targetLocator } from "./locate-target.js";
import { noteForNextRun } from "./note-for-next-run.js";
import type { RunFiles } from "./run-files.js";
import { runNotes } from "./run-notes.js";
import { RejectCounter } from "./reject-counter.js";
import { goneSince, SampleReader } from "./sample-reader.js";
import { sourceDeps } from "./source-deps.js";
import { Throttle } from "./throttle.js";
import type { WarmOptions } from "./warm-options.js";
import { warmPlan } from "./warm-plan.js";

interface WarmTask {
  manifest: WarmManifest;
  digest: string;
  profile: Profile;
  frame: () => RunFrame;
  files: RunFiles;
}

/** One run of `warm`: lock, checkpoint, the rows themselves, and what is looked at before and after. */
export class WarmVerb {
  readonly #nodes = new LastingNodes();
  readonly #watch = new CacheWatch();
  readonly #ending = new Ending();
  #primaries: readonly FleetNode[] = [];
  #writer: CacheWriter | null = null;
  #pool: MemcachedWriter | null = null;
  #source: WarmSource | null = null;
  #rejects: RejectsFile | null = null;
  #throttle: Throttle | null = null;
  #lock: RunLock | null = null;
  readonly #notes: string[] = [];
  readonly #place: CheckpointPlace;

  constructor(
    private readonly context: Context,
    private readonly options: WarmOptions,
    private readonly task: WarmTask,
  ) {
    const { manifest, digest, profile } = task;
    const { ttl } = manifest.mapping;
    this.#place = new CheckpointPlace(context, options.checkpoint, {
      ...{ manifestName: manifest.name, digest, target: profile.identity.name },
      ttlMs: ttl.kind === "fixed" ? ttl.ms : null,
    });
  }

  async run(): Promise<Report> {
    const { context, options, task } = this;
    this.#ending.onSignal(context.change.stopRequested);
    if (options.deadlineMs !== null) this.#ending.onDeadline(options.deadlineMs);
    const pack = await makePack(task.manifest.mapping.packing);
    const { mapping } = task.manifest;
    const memcached = task.profile.kind === "memcached" ? memcachedTarget(task.profile, options, mapping) : null;
    const compiled = compileMapping(mapping, pack);
    const map = memcached?.mapFor(compiled) ?? compiled;
    const source = (this.#source = await openSource(
      task.manifest.source,
      sourceDeps(context, options.manifest, options.selection),
    ));
    if (options.dryRun) {
      const serverOf = task.profile.seeds.length > 1 ? (memcached?.serverOf ?? null) : null;
      return warmPlan({ ...task, source, map, options, serverOf, nowMs: context.clock.now() });
    }
    await this.#place.check();
    if (options.rejects !== null) await RejectsFile.check(resolve(context.cwd, options.rejects));
    // One that cannot be used is told before anything is opened; which one counts is known only under the lock.
    if (options.resume) await this.#place.find(source, context.clock.now());
    context.progress.update(`Looking at ${this.target}`);
    const writer = (this.#writer = await this.openWriter(memcached));
    if (task.profile.identity.protected)
      await context.change.confirm(`${this.target}: fill it from ${this.sourceName}?`, options.yes);
    const busy = await this.takeLock(writer);
    if (busy !== null) return busy;
    return this.warm(writer, source, map, await this.checkpoint(source, writer));
  }

  async close(): Promise<void> {
    this.#ending.clear();
    this.#throttle?.end();
    await this.#lock?.release();
    await this.#source?.close();
    await this.#rejects?.close();
    this.#writer?.close();
    this.#watch.close();
    this.#nodes.close();
  }

  private get target(): string {
    return this.task.profile.identity.name;
  }

  private get sourceName(): string {
    return describeSource(this.task.manifest.source);
  }

  private async openWriter(memcached: MemcachedTarget | null): Promise<CacheWriter> {
    const { profile } = this.task;
    const { change } = this.context;
    const patience = {
      patienceMs: this.options.patienceMs,
      monotonicMs: () => change.clock.monotonicMs(),
      sleep: (ms: number) => change.clock.sleep(ms),
      ending: () => this.#ending.signal.aborted,
      mayWrite: () => this.mayWrite(),
    };
    if (memcached !== null) {
      const fleet = await change.openFleet(profile);
      this.#nodes.take(fleet, fleet.nodes);
      this.#primaries = fleet.nodes;
      return (this.#pool = memcached.open(fleet, patience, () => change.clock.now()));
    }
    const locate = targetLocator(profile, (one) => change.openFleet(one), this.#nodes);
    const locateNoting = async () => {
      const located = await locate();
      this.#primaries = located.primaries;
      return located;
    };
    return openRedisWriter(locateNoting, this.options.policy, patience);
  }

  /** A report where another run has it: that is no failure, but what the lock is for. */
  private async takeLock(writer: CacheWriter): Promise<Report | null> {
    const { lockMs } = this.options;
    if (lockMs === null) return null;
    const { context, task } = this;
    const key = `cachectl:warm-lock:${task.manifest.name}`;
    const taken = await takeRunLock(writer.lockStore(key), context.change.holder, lockMs);
    if (taken.ok) {
      this.#lock = taken.lock;
      this.#ending.onLockLost(taken.lock.lost);
      return null;
    }
    return lockedReport({ ...task.frame(), target: this.target, key, holder: taken.holder, leftMs: taken.leftMs });
  }

  private async checkpoint(source: WarmSource, writer: CacheWriter): Promise<Checkpoint | null> {
    if (this.options.resume) {
      const nowMs = this.context.change.clock.now();
      const found = await this.#place.find(source, nowMs);
      const gone = found.checkpoint === null ? 0 : await goneSince(writer, found.checkpoint, nowMs);
      const whyAnew =
        gone > 0
          ? `${gone} of the ${found.checkpoint?.sample.length ?? 0} items that are noted of it are gone`
          : found.whyAnew;
      if (whyAnew !== null) this.#notes.push(`Began anew instead of going on with an unfinished run: ${whyAnew}.`);
      else if (found.checkpoint !== null) return found.checkpoint;
    }
    // Stopped before it leaves one of its own, this run must not be gone on with from an older one's.
    await this.#place.clear();
    return null;
  }

  private async warm(
    writer: CacheWriter,
    source: WarmSource,
    map: ReturnType<typeof compileMapping>,
    checkpoint: Checkpoint | null,
  ): Promise<Report> {
    const { context, options } = this;
    const { clock } = context.change;
    const { signal } = this.#ending;
    const throttle = (this.#throttle = new Throttle(options, clock, this.#watch, () => this.#primaries, signal));
    const before = await this.hitRate();
    if (options.rejects !== null)
      this.#rejects = await RejectsFile.open(resolve(context.cwd, options.rejects), checkpoint !== null);
    const rejected = new RejectCounter();
    const sample = new SampleReader(context.random);
    const keeper = new CheckpointKeeper(this.#place.path, this.#place.task, checkpoint, clock, sample);
    const begunMs = clock.monotonicMs();
    const early = await throttle.begin();
    if (early !== null) this.#ending.end(early);
    const result = await runWarm({
      ...{ source, writer, maxErrors: options.maxErrors, ending: signal, from: checkpoint?.resumeAt ?? null },
      map: (row, json) => map(row, json, clock.now()),
      mostAtOnce: throttle.mostAtOnce,
      admit: async (portion) => {
        const stop = await throttle.admit(portion);
        this.mayWrite();
        return stop;
      },
      landed: (portion) => throttle.landed(portion),
      reject: async (rows) => {
        rejected.count(rows);
        await this.#rejects?.write(rows);
      },
      onPage: async (counts, resumeAt) => {
        const rate = counts.read / Math.max(0.001, (clock.monotonicMs() - begunMs) / 1_000);
        context.progress.update(`${this.target}: ${grouped(counts.written)} written, ${grouped(rate)} rows/s`);
        if (writer.hasLost()) await keeper.forget();
        else await keeper.note(resumeAt, counts.read);
      },
      sample: (items) => sample.take(items, clock.monotonicMs()),
    });
    const seconds = (clock.monotonicMs() - begunMs) / 1_000;
    // What does not answer when the run is to end would only hold it up.
    const silent = result.stop !== null && result.counts.unknown > 0;
    const readBack = result.counts.written === 0 || silent ? null : await sample.read(writer, clock.monotonicMs());
    // Last: looking at what is there shows too that a server is another one by now.
    const servers = (await this.#pool?.tallies()) ?? [];
    const hasLost =
      writer.hasLost() || servers.some(({ restarted, away }) => restarted || away) || (readBack?.gone ?? 0) > 0;
    const troubles = await noteForNextRun({ result, keeper, source, hasLost });
    const hitRate = before === null ? null : { before, after: (await this.hitRate()) ?? before };
    const earlier = checkpoint?.rows ?? 0;
    return this.report(result, { seconds, readBack, hitRate, rejected, troubles, servers, earlier, hasLost });
  }

  private async report(
    { counts, stop }: WarmResult,
    seen: {
      seconds: number;
      readBack: WarmReadBack | null;
      hitRate: { before: HitRate; after: HitRate } | null;
      rejected: RejectCounter;
      troubles: readonly string[];
      servers: readonly WarmServer[];
      earlier: number;
      hasLost: boolean;
    },
  ): Promise<Report> {
    const { options, task } = this;
    const report = warmReport({
      ...{ ...task.frame(), target: this.target, source: this.sourceName, counts, stop },
      ...{ seconds: seen.seconds, readBack: seen.readBack, reasons: seen.rejected.list() },
      hitRate:
        seen.hitRate === null ? null : { before: seen.hitRate.before.percent, after: seen.hitRate.after.percent },
      ...{ troubles: seen.troubles, servers: seen.servers, losses: this.#writer?.losses() ?? [] },
      pausedSeconds: (this.#throttle?.pausedMs ?? 0) / 1_000,
      notes: [
        ...this.#notes,
        ...runNotes({ earlierRows: seen.earlier, hitRate: seen.hitRate, throttle: this.#throttle }),
        ...(this.#writer?.notes() ?? []),
      ],
      goOn: goOnLine(options, seen.hasLost),
    });
    await task.files.afterRun(report, counts);
    return report;
  }

  /** Ends the run where the lock is lost: a process that stood still may have lost it without a timer having told it. */
  private mayWrite(): boolean {
    if (this.#lock === null || this.#lock.isHeld()) return true;
    this.#ending.onLockExpired();
    return false;
  }

  private async hitRate(): Promise<HitRate | null> {
    const { observeMs } = this.options;
    if (observeMs === null) return null;
    const { clock } = this.context.change;
    const seen = { watch: this.#watch, nodes: this.#primaries, clock, ending: this.#ending.signal, lock: this.#lock };
    return observeHitRate(seen, observeMs);
  }
}
