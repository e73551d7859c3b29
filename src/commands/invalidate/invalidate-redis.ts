import { ChunkSize } from "../../apply/invalidate/chunk-size.js";
import { drainTag } from "../../apply/invalidate/drain-tag.js";
import type { InvalidationRun } from "../../apply/invalidate/invalidation-run.js";
import { invalidateKeys } from "../../apply/invalidate/key-batches.js";
import { failureText, KeyRouter } from "../../apply/invalidate/key-router.js";
import { scanNames } from "../../apply/invalidate/scan-names.js";
import { noCounts, type InvalidationCounts, type TagSet } from "../../model/invalidation.js";
import { hashSlot } from "../../model/hash-slot.js";
import { bytesOfText } from "../../model/key-name.js";
import { ReplyError } from "../../model/node-port.js";
import type { Report } from "../../model/report.js";
import { isScanned, scanPattern } from "../../plan/plan-invalidation.js";
import { invalidationPlan, invalidationReport, planText, type SelectedRow } from "../../report/invalidation-report.js";
import type { InvalidateJob } from "../invalidate.js";
import { plural } from "../../report/summary.js";
import { grouped } from "../progress-text.js";
import { Brake } from "./brake.js";
import type { FoundTags } from "./find-tag-sets.js";
import { goOnLine } from "./go-on-line.js";
import { openOwners, type OpenOwners } from "./open-owners.js";
import { readNames } from "./read-names.js";
import { selectOnRedis } from "./select-on-redis.js";
import { refuseByServer, versionAtLeast } from "./server-limits.js";
import { VerifySample } from "./verify-sample.js";

/** The Redis family: standalone, Sentinel, cluster. */
export async function invalidateRedis(job: InvalidateJob): Promise<Report> {
  const opened = await openOwners(job.context, job.profile);
  const { clock, stopRequested } = job.context.change;
  const router = new KeyRouter(opened.owners, { clock, lookAgain: () => opened.lookAgain(), stopRequested });
  try {
    refuseByServer(job.options, opened.observed);
    return await new RedisInvalidation(job, opened, router).run();
  } finally {
    router.close();
    opened.close();
  }
}

class RedisInvalidation {
  readonly #target: string;
  readonly #counts: InvalidationCounts = noCounts();
  readonly #failures = new Map<string, number>();
  readonly #done: string[] = [];
  readonly #notDone: string[] = [];
  readonly #notes: string[] = [];
  readonly #verify: VerifySample | null;
  readonly #nested: TagSet[] = [];
  #tags: FoundTags = { sets: [], counters: [], missing: [], notes: [] };
  #rows: readonly SelectedRow[] = [];

  constructor(
    private readonly job: InvalidateJob,
    private readonly opened: OpenOwners,
    private readonly router: KeyRouter,
  ) {
    this.#target = job.profile.identity.name;
    this.#verify = job.options.verify ? new VerifySample() : null;
  }

  async run(): Promise<Report> {
    const { options, context, profile } = this.job;
    const { tags, rows, sample, notes } = await selectOnRedis(this.job, this.opened, this.router);
    this.#tags = tags;
    this.#rows = rows;
    this.#notes.push(...notes);
    const plan = invalidationPlan({
      ...{ target: this.#target, frame: this.job.frame(), action: options.action, rows, sample, notes },
    });
    if (options.dryRun) return plan;
    // A pattern may select more than was thought of.
    if (isScanned(options.selector) || profile.identity.protected)
      await context.change.confirm(`${this.#target}: ${planText(options.action, this.#rows)}?`, options.yes, plan);
    return this.carryOut();
  }

  private async carryOut(): Promise<Report> {
    const { context, options } = this.job;
    const { clock, stopRequested } = context.change;
    const startedMs = clock.monotonicMs();
    // What only the plan was refused is no reason to do nothing.
    this.router.tryAgain();
    const limits = { ratePerSecond: options.ratePerSecond, maxLatencyMs: options.maxLatencyMs };
    const brake = await Brake.begin(this.router.owners, limits, clock, stopRequested);
    const run = this.invalidationRun(brake);
    try {
      await this.invalidate(run);
    } finally {
      brake.end();
    }
    const seconds = (clock.monotonicMs() - startedMs) / 1000;
    const verified =
      (await this.#verify?.readBack(run, [...this.#tags.sets.map(({ tag }) => tag), ...this.#nested])) ?? null;
    const stopped = stopRequested.aborted;
    if (this.router.interruptions > 0)
      this.#notes.push(
        `A connection broke off or a primary changed meanwhile: keys deleted by a command whose answer was lost are counted as gone before.`,
      );
    const failed = [...this.#failures].map(([reason, keys]) => ({
      step: keys === 0 ? "invalidate all that is selected" : `invalidate ${grouped(keys)} keys`,
      reason,
    }));
    if (verified !== null && verified.withoutTag + verified.unsettled > 0)
      failed.push({
        step: "read back what was invalidated",
        reason: `${verified.withoutTag} keys live without their tag, ${verified.unsettled} are not as wanted`,
      });
    if (this.router.givenUp !== null && failed.length === 0)
      failed.push({ step: "look at the deleted keys once more", reason: this.router.givenUp });
    const complete = failed.length === 0 && this.#notDone.length === 0;
    return invalidationReport({
      ...{ target: this.#target, frame: this.job.frame(), action: options.action, rows: this.#rows },
      counts: this.#counts,
      change: {
        ...{ complete, done: this.#done, failed, notDone: this.#notDone },
        goOn: complete ? [] : [goOnLine(options)],
      },
      interrupted: stopped && !complete,
      pace: {
        ...{ seconds, longestChunkMs: run.chunk.longestMs, addedLatencyMs: brake.addedLatencyMs },
        slowdowns: brake.slowdowns,
      },
      ...{ verified, notes: this.#notes },
    });
  }

  private invalidationRun(brake: Brake): InvalidationRun {
    const { context, options } = this.job;
    const { olderThanSeconds, scope } = options;
    return {
      ...{ router: this.router, action: options.action, settleMs: options.settleMs },
      filter: { olderThanSeconds, scope: scope === null ? null : bytesOfText(scope) },
      hasExpireLess: this.opened.observed.every((node) => versionAtLeast(node, 7)),
      chunk: new ChunkSize(
        brake.idleMs,
        options.selector.kind === "tags" ? "tagged" : "plain",
        this.router.owners.length,
      ),
      ...{ counts: this.#counts, failures: this.#failures },
      ...{ clock: context.change.clock, stopRequested: context.change.stopRequested },
      pace: (keys) => brake.pace(keys),
      onKeys: (keys) => {
        this.#verify?.take(keys);
        context.progress.update(
          `${this.#target}: ${grouped(this.#counts.seen)} keys looked at, ${grouped(this.#counts.deleted)} deleted`,
        );
      },
    };
  }

  private async invalidate(run: InvalidationRun): Promise<void> {
    const { selector } = this.job.options;
    if (selector.kind === "tags") await this.tags(run, selector.match);
    else if (selector.kind === "version-key")
      await this.versions(
        run,
        selector.keys.map((key) => ({ tag: key, key: bytesOfText(key) })),
      );
    else if (selector.kind === "keys") await this.keys(run, selector.keys.map(bytesOfText));
    else if (selector.kind === "keys-from") await this.keysFrom(run, selector.path);
    else await this.scanned(run, scanPattern(selector));
  }

  private async tags(run: InvalidationRun, match: "any" | "all"): Promise<void> {
    await this.versions(run, this.#tags.counters);
    const sets = [...this.#tags.sets].sort((a, b) => a.members - b.members).map(({ tag }) => tag);
    // A tag that nobody carries leaves nothing that carries them all.
    if (match === "all" && this.#tags.missing.length > 0) return;
    const drains = match === "all" ? sets.slice(0, 1) : sets;
    const all = match === "all" ? sets.slice(1) : [];
    for (const tag of drains) {
      const what = [tag, ...all].map(({ tag: name }) => name).join(" and ");
      if (this.mustEnd()) {
        this.#notDone.push(`invalidate ${what}`);
        continue;
      }
      const before = { ...this.#counts };
      const nested = await drainTag(run, tag, all);
      this.#nested.push(...nested);
      this.say(what, before, nested.length);
      if (this.mustEnd()) this.#notDone.push(`invalidate the rest of ${what}`);
    }
  }

  private async versions(run: InvalidationRun, counters: FoundTags["counters"]): Promise<void> {
    for (const { tag, key } of counters) {
      if (this.mustEnd()) {
        this.#notDone.push(`count up ${tag}`);
        continue;
      }
      const { reply } = await run.router.one(key, "INCR", key);
      if (typeof reply === "number") this.#done.push(`counted ${tag} up to ${reply}`);
      else this.#failures.set(`${tag}: ${reply instanceof ReplyError ? failureText(reply) : "no number"}`, 1);
    }
  }

  private async keys(run: InvalidationRun, names: readonly string[]): Promise<void> {
    const before = { ...this.#counts };
    const tried = await invalidateKeys(run, names);
    this.say("the named keys", before, 0);
    if (tried < names.length) this.#notDone.push(`invalidate ${grouped(names.length - tried)} more keys`);
  }

  private async keysFrom(run: InvalidationRun, path: string): Promise<void> {
    const before = { ...this.#counts };
    for await (const names of readNames(path, this.job.context)) {
      if (names === null || (await invalidateKeys(run, names)) < names.length) {
        this.#notDone.push("invalidate the rest of the names");
        break;
      }
    }
    this.say(`the keys from ${path}`, before, 0);
  }

  private async scanned(run: InvalidationRun, pattern: string): Promise<void> {
    const before = { ...this.#counts };
    const { scope } = run.filter;
    const gap = await scanNames(run.router, {
      pattern,
      slot: scope === null ? null : hashSlot(`{${scope}}`),
      onNames: async (names) => {
        await invalidateKeys(run, names);
        return !this.mustEnd();
      },
    });
    this.say(`what matches ${this.#rows[0]?.selected ?? ""}`, before, 0);
    if (gap !== null) this.#failures.set(`not every key can have been seen: ${gap}`, 0);
    if (this.mustEnd()) this.#notDone.push("invalidate the rest of what matches");
  }

  private mustEnd(): boolean {
    return this.job.context.change.stopRequested.aborted || this.router.givenUp !== null;
  }

  private say(what: string, before: InvalidationCounts, nested: number): void {
    const counts = this.#counts;
    const deleted = counts.deleted - before.deleted;
    const staled = counts.staled - before.staled;
    const untagged = counts.untagged - before.untagged;
    const parts = [
      ...(deleted > 0 ? [`deleted ${amount(deleted, "key")}`] : []),
      ...(staled > 0 ? [`shortened the lives of ${amount(staled, "key")}`] : []),
      ...(untagged > 0 ? [`took ${amount(untagged, "member")} out`] : []),
    ];
    const inside = nested > 0 ? ` and ${amount(nested, "tag")} nested in it` : "";
    if (parts.length > 0) this.#done.push(`${what}${inside}: ${parts.join(", ")}`);
  }
}

function amount(count: number, what: string): string {
  return `${grouped(count)} ${plural(count, what)}`;
}
