import { MemcachedServers } from "../../apply/invalidate/memcached/memcached-servers.js";
import { metaBatch, metaDelete, raiseExisting, raiseVersion } from "../../apply/invalidate/memcached/meta-keys.js";
import { Pacer } from "../../collect/keyspace/pacer.js";
import { noCounts } from "../../model/invalidation.js";
import { bytesOfText } from "../../model/key-name.js";
import type { FleetNode } from "../../model/node-port.js";
import type { Report } from "../../model/report.js";
import { isScanned } from "../../plan/plan-invalidation.js";
import { invalidationPlan, invalidationReport, planText, type SelectedRow } from "../../report/invalidation-report.js";
import type { InvalidateJob } from "../invalidate.js";
import { memcachedChoice } from "../memcached-choice.js";
import { grouped } from "../progress-text.js";
import { dumpNames, type DumpedNames } from "./dump-names.js";
import { goOnLine } from "./go-on-line.js";
import { countNames, readNames } from "./read-names.js";

/** Memcached: items by name, tags as versions, patterns through the servers' own dump. */
export async function invalidateMemcached(job: InvalidateJob): Promise<Report> {
  const { context, profile } = job;
  const fleet = await context.change.openFleet(profile);
  const { clock, stopRequested } = context.change;
  const servers = new MemcachedServers(fleet.nodes, { clock, stopRequested });
  try {
    return await new MemcachedInvalidation(job, servers).run();
  } finally {
    servers.close();
    fleet.close();
  }
}

class MemcachedInvalidation {
  readonly #target: string;
  readonly #counts = noCounts();
  readonly #failures = new Map<string, number>();
  readonly #done: string[] = [];
  readonly #notDone: string[] = [];
  readonly #notes: string[] = [];
  readonly #pacer: Pacer;
  /** The servers that may have a key. */
  readonly #serversOf: (key: string) => readonly FleetNode[];
  /** Whether the application's choice of a server is known. */
  readonly #chosen: boolean;
  #rows: SelectedRow[] = [];
  #dumped: DumpedNames | null = null;

  constructor(
    private readonly job: InvalidateJob,
    private readonly servers: MemcachedServers,
  ) {
    const { profile, options } = job;
    const { hashing } = options;
    this.#target = profile.identity.name;
    this.#pacer = new Pacer(options.ratePerSecond);
    const choose = memcachedChoice(profile, hashing);
    this.#chosen = choose !== null;
    const byAddress = new Map(servers.nodes.map((node) => [node.identity.address, node]));
    this.#serversOf = (key) => {
      // Deleting what is not there does no harm, so where the choice is not known every server is asked.
      const node = choose === null ? undefined : byAddress.get(choose(key));
      return node === undefined ? servers.nodes : [node];
    };
  }

  async run(): Promise<Report> {
    const { options, context, profile } = this.job;
    await this.look();
    const plan = invalidationPlan({
      ...{ target: this.#target, frame: this.job.frame(), action: options.action, rows: this.#rows },
      ...{ sample: this.#dumped?.sample ?? [], notes: this.#notes },
    });
    if (options.dryRun) return plan;
    if (isScanned(options.selector) || profile.identity.protected)
      await context.change.confirm(`${this.#target}: ${planText(options.action, this.#rows)}?`, options.yes, plan);
    return this.carryOut();
  }

  private async look(): Promise<void> {
    const { selector, tags } = this.job.options;
    if (!this.#chosen && !isScanned(selector))
      this.#notes.push(
        "How the application chooses a server is not known, so every server is asked; `hashing: ketama|modulo|memjs` in the profile says it.",
      );
    if (selector.kind === "pattern" || selector.kind === "prefix") {
      this.#dumped = await dumpNames(this.job, this.servers.nodes, selector);
      const selected = selector.kind === "pattern" ? selector.pattern : `${selector.prefix}…`;
      this.#rows = [{ selected, scheme: null, keptIn: null, keys: this.#dumped.count, about: false }];
      for (const gap of this.#dumped.gaps) this.#failures.set(`not every key can have been seen: ${gap}`, 0);
    } else if (selector.kind === "tags" || selector.kind === "version-key") {
      const names = selector.kind === "tags" ? selector.tags : selector.keys;
      const prefix = selector.kind === "tags" ? (tags.prefix ?? "tag:") : "";
      this.#rows = names.map((name) => ({
        ...{ selected: name, scheme: "version", keptIn: bytesOfText(prefix + name), keys: null, about: false },
      }));
    } else {
      const selected = selector.kind === "keys" ? `${selector.keys.length} named` : `keys from ${selector.path}`;
      const named = selector.kind === "keys" ? null : await countNames(selector.path, this.job.context);
      this.#rows = [{ selected, scheme: null, keptIn: null, keys: named?.count ?? null, about: named !== null }];
    }
  }

  private async carryOut(): Promise<Report> {
    const { context, options } = this.job;
    const { clock, stopRequested } = context.change;
    const startedMs = clock.monotonicMs();
    const { selector } = options;
    if (selector.kind === "tags" || selector.kind === "version-key") await this.versions();
    else if (selector.kind === "keys") await this.keys(selector.keys.map(bytesOfText));
    else if (selector.kind === "keys-from") {
      for await (const names of readNames(selector.path, context)) {
        if (names === null) this.#notDone.push("invalidate the rest of the names");
        if (names === null || !(await this.keys(names))) break;
      }
    } else await this.dumped();
    this.say();
    const failed = [...this.#failures].map(([reason, keys]) => ({
      step: keys === 0 ? "invalidate all that is selected" : `invalidate ${grouped(keys)} keys`,
      reason,
    }));
    const complete = failed.length === 0 && this.#notDone.length === 0;
    if (this.servers.interruptions > 0)
      this.#notes.push(
        `A connection broke off ${this.servers.interruptions} times: items deleted by a command whose answer was lost are counted as gone before.`,
      );
    return invalidationReport({
      ...{ target: this.#target, frame: this.job.frame(), action: options.action, rows: this.#rows },
      counts: this.#counts,
      change: {
        ...{ complete, done: this.#done, failed, notDone: this.#notDone },
        goOn: complete ? [] : [goOnLine(options)],
      },
      interrupted: stopRequested.aborted && !complete,
      pace: {
        ...{ seconds: (clock.monotonicMs() - startedMs) / 1000, longestChunkMs: null },
        ...{ addedLatencyMs: null, slowdowns: 0 },
      },
      verified: options.verify ? await this.readBack() : null,
      notes: this.#notes,
    });
  }

  /** @returns false when the run is to end */
  private async keys(names: readonly string[]): Promise<boolean> {
    const groups = new Map<FleetNode, string[]>();
    this.#counts.seen += names.length;
    for (const name of names)
      for (const node of this.#serversOf(name)) groups.set(node, [...(groups.get(node) ?? []), name]);
    for (const [node, own] of groups) if (!(await this.on(node, own))) return false;
    return true;
  }

  private async dumped(): Promise<void> {
    for (const { node, names } of this.#dumped?.byNode ?? []) {
      this.#counts.seen += names.length;
      if (!(await this.on(node, names))) return;
    }
  }

  private async on(node: FleetNode, names: readonly string[]): Promise<boolean> {
    const { clock, stopRequested } = this.job.context.change;
    const { action } = this.job.options;
    const size = Math.min(metaBatch, this.#pacer.mostKeys);
    for (let at = 0; at < names.length; at += size) {
      if (stopRequested.aborted) {
        this.#notDone.push(`invalidate ${grouped(names.length - at)} more keys of ${node.identity.address}`);
        return false;
      }
      const batch = names.slice(at, at + size);
      const answers = await this.servers.on(node, (port) =>
        metaDelete(port, batch, action.kind === "stale" ? action.seconds : null),
      );
      if (typeof answers === "string") this.fail(answers, batch.length);
      else {
        if (action.kind === "stale") this.#counts.staled += answers.hits;
        else this.#counts.deleted += answers.hits;
        // Where every server is asked, all but one of them do not have it.
        if (this.#chosen || this.#dumped !== null) this.#counts.gone += answers.misses;
        for (const [text, count] of answers.refused) this.fail(`${node.identity.address}: ${text}`, count);
      }
      this.job.context.progress.update(
        `${this.#target}: ${grouped(this.#counts.deleted + this.#counts.staled)} keys done`,
      );
      const waitMs = this.#pacer.waitMs(clock.monotonicMs(), batch.length);
      if (waitMs >= 1) await clock.sleep(Math.min(waitMs, 10_000));
    }
    return true;
  }

  private async versions(): Promise<void> {
    const { clock, stopRequested } = this.job.context.change;
    for (const { selected, keptIn } of this.#rows) {
      const key = keptIn ?? "";
      if (stopRequested.aborted) {
        this.#notDone.push(`count up ${selected}`);
        continue;
      }
      let raised: number | null = null;
      let failed = false;
      for (const node of this.#serversOf(key)) {
        const answer = await this.servers.on(node, (port) =>
          this.#chosen ? raiseVersion(port, key, clock.now()) : raiseExisting(port, key),
        );
        if (typeof answer === "number") raised = answer;
        else if (answer !== null) {
          failed = true;
          this.fail(`${selected} on ${node.identity.address}: ${answer}`, 1);
        }
      }
      if (raised !== null) this.#done.push(`counted ${selected} up to ${raised}`);
      else if (!failed)
        this.#notes.push(`No server has the version ${selected}: nothing that carries it can be read any more.`);
    }
  }

  private async readBack() {
    const sum = { checked: 0, gone: 0, writtenAgain: 0, withoutTag: 0, unsettled: 0 };
    const sample = (this.#dumped?.byNode ?? []).map(({ node, names }) => ({ node, names: names.slice(0, metaBatch) }));
    const { selector, action } = this.job.options;
    if (selector.kind === "keys")
      for (const name of selector.keys.map(bytesOfText))
        for (const node of this.#serversOf(name)) sample.push({ node, names: [name] });
    if (action.kind === "stale") return null;
    for (const { node, names } of sample) {
      for (const name of names) {
        const line = await this.servers.on(node, async (port) => {
          let answer = "";
          await port.readLines(`mg ${name} t`, (lines) => {
            answer += Buffer.from(lines).toString("latin1");
            return false;
          });
          return { answer };
        });
        sum.checked++;
        if (typeof line === "string") sum.unsettled++;
        else if (/^(EN|NF)/.test(line.answer)) sum.gone++;
        else sum.writtenAgain++;
      }
    }
    return sum;
  }

  private fail(reason: string, keys: number): void {
    this.#counts.failed += keys;
    this.#failures.set(reason, (this.#failures.get(reason) ?? 0) + keys);
  }

  private say(): void {
    const { deleted, staled } = this.#counts;
    if (deleted > 0) this.#done.push(`deleted ${grouped(deleted)} keys`);
    if (staled > 0) this.#done.push(`marked ${grouped(staled)} keys stale`);
  }
}
