import { resolve } from "node:path";
import { makePack } from "../../apply/warm/make-pack.js";
import type { CacheWriter } from "../../apply/warm/cache-writer.js";
import { openRedisWriter } from "../../apply/warm/redis-writer.js";
import { takeRunLock, type RunLock } from "../../apply/warm/run-lock.js";
import { runWarm, type WarmResult } from "../../apply/warm/run-warm.js";
import { removeCheckpoint, type Checkpoint } from "../../collect/warm/checkpoint-file.js";
import { RejectsFile } from "../../collect/warm/rejects-file.js";
import { CacheWatch } from "../../collect/warm/target-memory.js";
import type { FleetNode, Fleet } from "../../model/node-port.js";
import type { Profile } from "../../model/profile.js";
import type { Report } from "../../model/report.js";
import type { WarmManifest } from "../../model/warm-manifest.js";
import type { WarmSource } from "../../model/warm-source.js";
import { compileMapping } from "../../plan/warm/compile-mapping.js";
import { lockedReport } from "../../report/warm/locked-report.js";
import { warmReport, type WarmReadBack } from "../../report/warm/warm-report.js";
import { describeSource, openSource } from "../../sources/open-source.js";
import type { RunFrame } from "../begin-run.js";
import type { Context } from "../context.js";
import { grouped } from "../progress-text.js";
import { CheckpointKeeper } from "./checkpoint-keeper.js";
import { CheckpointPlace } from "./checkpoint-place.js";
import { Ending } from "./ending.js";
import { memcachedTarget } from "./memcached-target.js";
import { observeHitRate, type HitRate } from "./hit-rate.js";
import { locateTarget } from "./locate-target.js";
import type { RunFiles } from "./run-files.js";
import { runNotes } from "./run-notes.js";
import { RejectCounter } from "./reject-counter.js";
import { SampleReader } from "./sample-reader.js";
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
  readonly #fleets: Fleet[] = [];
  readonly #watch = new CacheWatch();
  readonly #ending = new Ending();
  #primaries: readonly FleetNode[] = [];
  #writer: CacheWriter | null = null;
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
    const target = profile.identity.name;
    this.#place = new CheckpointPlace(context, options.checkpoint, { manifestName: manifest.name, digest, target });
  }

  async run(): Promise<Report> {
    const { context, options, task } = this;
    this.#ending.onSignal(context.change.stopRequested);
    if (options.deadlineMs !== null) this.#ending.onDeadline(options.deadlineMs);
    const pack = await makePack(task.manifest.mapping.packing);
    const map = compileMapping(task.manifest.mapping, pack);
    const source = (this.#source = await openSource(
      task.manifest.source,
      sourceDeps(context, options.manifest, options.selection),
    ));
    if (options.dryRun) return warmPlan({ ...task, source, map, options, nowMs: context.clock.now() });
    await this.#place.check();
    if (options.rejects !== null) await RejectsFile.check(resolve(context.cwd, options.rejects));
    const checkpoint = options.resume ? await this.checkpoint(source) : null;
    context.progress.update(`Looking at ${this.target}`);
    const writer = (this.#writer = await this.openWriter());
    if (task.profile.identity.protected)
      await context.change.confirm(`${this.target}: fill it from ${this.sourceName}?`, options.yes);
    const busy = await this.takeLock(writer);
    if (busy !== null) return busy;
    return this.warm(writer, source, map, checkpoint);
  }

  async close(): Promise<void> {
    this.#ending.clear();
    this.#throttle?.end();
    await this.#lock?.release();
    await this.#source?.close();
    await this.#rejects?.close();
    this.#writer?.close();
    this.#watch.close();
    for (const fleet of this.#fleets) fleet.close();
  }

  private get target(): string {
    return this.task.profile.identity.name;
  }

  private get sourceName(): string {
    return describeSource(this.task.manifest.source);
  }

  private async openWriter(): Promise<CacheWriter> {
    const { profile } = this.task;
    const { change } = this.context;
    if (profile.kind === "memcached") {
      const fleet = await change.openFleet(profile);
      this.#fleets.push(fleet);
      this.#primaries = fleet.nodes;
      return memcachedTarget(fleet, this.options.policy, this.task.manifest.mapping, () => change.clock.now());
    }
    const patience = {
      patienceMs: this.options.patienceMs,
      monotonicMs: () => change.clock.monotonicMs(),
      sleep: (ms: number) => change.clock.sleep(ms),
      ending: () => this.#ending.signal.aborted,
    };
    const locate = async () => {
      const located = await locateTarget(
        profile,
        (one) => change.openFleet(one),
        (fleet) => this.#fleets.push(fleet),
      );
      this.#primaries = located.primaries;
      return located;
    };
    return openRedisWriter(locate, this.options.policy, patience);
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

  private async checkpoint(source: WarmSource): Promise<Checkpoint | null> {
    const { checkpoint, whyAnew } = await this.#place.find(source);
    if (whyAnew !== null) this.#notes.push(`Began anew instead of going on with an unfinished run: ${whyAnew}.`);
    return checkpoint;
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
    const keeper = new CheckpointKeeper(this.#place.path, this.#place.task, checkpoint, clock);
    if (options.rejects !== null)
      this.#rejects = await RejectsFile.open(resolve(context.cwd, options.rejects), checkpoint !== null);
    const rejected = new RejectCounter();
    const sample = new SampleReader(context.random);
    const begunMs = clock.monotonicMs();
    const early = await throttle.begin();
    if (early !== null) this.#ending.end(early);
    const result = await runWarm({
      ...{ source, writer, maxErrors: options.maxErrors, ending: signal, from: checkpoint?.resumeAt ?? null },
      map: (row, json) => map(row, json, clock.now()),
      mostAtOnce: throttle.mostAtOnce,
      admit: async (items, bytes) => {
        const stop = await throttle.admit(items, bytes);
        // A process that stood still may have lost the lock without a timer having told it.
        if (this.#lock !== null && !this.#lock.isHeld()) this.#ending.onLockExpired();
        return stop;
      },
      reject: async (rows) => {
        rejected.count(rows);
        await this.#rejects?.write(rows);
      },
      onPage: async (counts, resumeAt) => {
        const rate = counts.read / Math.max(0.001, (clock.monotonicMs() - begunMs) / 1_000);
        context.progress.update(`${this.target}: ${grouped(counts.written)} written, ${grouped(rate)} rows/s`);
        await keeper.note(resumeAt, counts.read);
      },
      sample: (items) => sample.take(items, clock.monotonicMs()),
    });
    const seconds = (clock.monotonicMs() - begunMs) / 1_000;
    const troubles = await troublesOf(
      result.stop === null
        ? [removeCheckpoint(this.#place.path), source.committed?.() ?? Promise.resolve()]
        : [keeper.keep(result.resumeAt, result.counts.read)],
    );
    // What does not answer when the run is to end would only hold it up.
    const silent = result.stop !== null && result.counts.unknown > 0;
    const readBack = result.counts.written === 0 || silent ? null : await sample.read(writer, clock.monotonicMs());
    const hitRate = before === null ? null : { before, after: (await this.hitRate()) ?? before };
    return this.report(result, { seconds, readBack, hitRate, rejected, troubles, earlier: checkpoint?.rows ?? 0 });
  }

  private async report(
    { counts, stop }: WarmResult,
    seen: {
      seconds: number;
      readBack: WarmReadBack | null;
      hitRate: { before: HitRate; after: HitRate } | null;
      rejected: RejectCounter;
      troubles: readonly string[];
      earlier: number;
    },
  ): Promise<Report> {
    const { options, task } = this;
    const report = warmReport({
      ...{ ...task.frame(), target: this.target, source: this.sourceName, counts, stop },
      ...{ seconds: seen.seconds, readBack: seen.readBack, reasons: seen.rejected.list() },
      hitRate:
        seen.hitRate === null ? null : { before: seen.hitRate.before.percent, after: seen.hitRate.after.percent },
      troubles: seen.troubles,
      pausedSeconds: (this.#throttle?.pausedMs ?? 0) / 1_000,
      notes: [
        ...this.#notes,
        ...runNotes({ earlierRows: seen.earlier, hitRate: seen.hitRate, throttle: this.#throttle }),
        ...(this.#writer?.notes() ?? []),
      ],
      goOn: `cachectl warm ${options.manifest} --resume`,
    });
    await task.files.afterRun(report, counts);
    return report;
  }

  private async hitRate(): Promise<HitRate | null> {
    const { observeMs } = this.options;
    if (observeMs === null) return null;
    const { clock } = this.context.change;
    const seen = { watch: this.#watch, nodes: this.#primaries, clock, ending: this.#ending.signal, lock: this.#lock };
    return observeHitRate(seen, observeMs);
  }
}

/** What could not be noted for the next run. The rows are written all the same, so it must not end this one without a report. */
async function troublesOf(work: readonly Promise<void>[]): Promise<string[]> {
  const ended = await Promise.allSettled(work);
  return ended.flatMap((one) =>
    one.status === "rejected" ? [one.reason instanceof Error ? one.reason.message : String(one.reason)] : [],
  );
}
