import type { Clock } from "../../model/clock.js";
import { CachectlError } from "../../model/errors.js";
import type { KeyPage } from "../../model/key-page.js";
import { bytesOfText } from "../../model/key-name.js";
import type { NodeScan } from "../../model/keyspace.js";
import type { FleetNode, MemcachedLinesPort } from "../../model/node-port.js";
import type { ObservedNode } from "../../model/observation.js";
import { globMatches } from "../../protocol/glob.js";
import { numberField } from "../../protocol/info.js";
import { parseMetadump, type DumpPiece } from "../../protocol/metadump.js";
import type { ScanOptions } from "./scan-options.js";
import { selectKeys } from "./select-keys.js";

export interface DumpDeps {
  clock: Clock;
  /** Of [0, 1). */
  random(): number;
  onPage(page: KeyPage): void;
  onProgress(node: string, seenKeys: number, expectedKeys: number | null): void;
  /** Keys that may still be read of the whole target (`--limit`). */
  budget: { left: number };
  /** The user wants no more; what was seen is reported. */
  stopped(): boolean;
}

/** How long another crawl is waited for: the server runs one at a time. */
const busyLimitMs = 30_000;
const firstWaitMs = 100;
const longestWaitMs = 5_000;

/**
 * Hands on all items of one Memcached server, page by page, by `lru_crawler metadump hash` (`all` before 1.6.9). Read-only:
 * the server's crawler thread walks the hash table beside the workers, touches no item and counts no lookup; meanwhile the
 * hash table does not grow and no other crawl runs. Never rejects for a node's failure: that is `gap`.
 *
 * `ratePerSecond` and `maxLatencyMs` cannot be kept, since a dump must never be made to wait. Up to 1.6.18 the server holds an
 * item lock while it cannot send, and every worker that comes to that lock stands still with all its clients; and a dump
 * that is not read for a second comes out torn (memcached's lru_crawler_write sends the same buffer again). So `onPage`
 * must be quick, and few servers should be dumped at the same time.
 */
export async function dumpMemcached(
  node: FleetNode,
  observed: ObservedNode,
  options: ScanOptions,
  deps: DumpDeps,
): Promise<NodeScan> {
  const startedAt = deps.clock.monotonicMs();
  const dump = new Dump(node, observed, options, deps);
  let port: MemcachedLinesPort | undefined;
  try {
    port = await node.openMemcachedLines();
    await dump.run(port);
  } catch (error) {
    // Anything else is a defect of this program, and hiding it would make up a result.
    if (!(error instanceof CachectlError)) throw error;
    dump.brokeOff(error.kind === "interrupted" ? "interrupted" : error.message);
  } finally {
    port?.close();
  }
  dump.scan.seconds = (deps.clock.monotonicMs() - startedAt) / 1000;
  return dump.scan;
}

/** How one dump command ended. `whole`: END came. */
type Outcome = "whole" | "stopped" | { answer: string };

class Dump {
  readonly scan: NodeScan;
  readonly #match: string | null;
  #unreadable = 0;
  /** Server time less our own, in seconds. */
  #clockAheadSeconds = 0;

  constructor(
    private readonly node: FleetNode,
    observed: ObservedNode,
    private readonly options: ScanOptions,
    private readonly deps: DumpDeps,
  ) {
    this.scan = emptyScan(observed, options);
    this.#match = options.match === null ? null : bytesOfText(options.match);
  }

  /** What is to be known before each dump; true while another crawl runs. */
  async readStats(): Promise<boolean> {
    const stats = await (await this.node.openMemcached()).stats();
    this.scan.commands++;
    this.scan.expectedKeys = numberField(stats, "curr_items");
    // Expiry and last access are told in the server's time, which need not be ours.
    const serverSeconds = numberField(stats, "time");
    if (serverSeconds !== null) this.#clockAheadSeconds = serverSeconds - Math.floor(this.deps.clock.now() / 1000);
    return numberField(stats, "lru_crawler_running") === 1;
  }

  async run(port: MemcachedLinesPort): Promise<void> {
    if (this.options.type !== null && this.options.type !== "item")
      this.gap(`items have no type ${this.options.type}: every one is an item`);
    let walk: "hash" | "all" = "hash";
    let waitMs = firstWaitMs;
    for (let waitedMs = 0; this.scan.gap === null;) {
      // Asked for while a crawl waits for a reader that does not read, a dump is not refused: it blocks a worker thread of
      // the server, and with it a share of its clients, for as long as that lasts.
      const isRunning = await this.readStats();
      const outcome = isRunning ? { answer: "BUSY: lru_crawler_running" } : await this.dumpOnce(port, walk);
      if (outcome === "whole") this.finished(walk);
      if (typeof outcome === "string") return;
      const { answer } = outcome;
      if (answer.startsWith("NOTSTARTED")) return;
      if (answer.startsWith("BADCLASS") && walk === "hash") walk = "all";
      else if (!isBusy(answer)) this.gap(refusal(answer));
      else if (waitedMs >= busyLimitMs)
        this.gap(`another crawl was still running after ${busyLimitMs / 1000} s (${answer})`);
      else {
        await this.deps.clock.sleep(waitMs);
        if (this.deps.stopped()) this.brokeOff("interrupted");
        waitedMs += waitMs;
        waitMs = Math.min(2 * waitMs, longestWaitMs, Math.max(busyLimitMs - waitedMs, firstWaitMs));
      }
    }
  }

  brokeOff(why: string): void {
    const { seenKeys, expectedKeys } = this.scan;
    const of = expectedKeys === null ? "" : ` of about ${expectedKeys}`;
    this.gap(`the dump broke off after ${seenKeys}${of} items: ${why}`);
  }

  private async dumpOnce(port: MemcachedLinesPort, walk: "hash" | "all"): Promise<Outcome> {
    let outcome: Outcome | undefined;
    this.scan.commands++;
    await port.readLines(`lru_crawler metadump ${walk}`, (lines) => {
      const piece = this.read(lines);
      outcome = this.endOf(piece.other);
      // What comes behind the end was torn out of the middle.
      if (outcome === "whole" && !endsWithEnd(lines)) this.#unreadable++;
      this.take(piece);
      if (outcome === undefined && this.mustStop()) outcome = "stopped";
      return outcome === undefined;
    });
    return outcome ?? "stopped";
  }

  private read(lines: Uint8Array): DumpPiece {
    const readAtMs = this.deps.clock.now();
    const serverSeconds = Math.floor(readAtMs / 1000) + this.#clockAheadSeconds;
    return parseMetadump(lines, { node: this.scan.node, readAtMs, serverSeconds });
  }

  /** What the lines that are no items say; undefined: more items are to come. */
  private endOf(lines: string[]): Outcome | undefined {
    for (const line of lines) {
      if (line === "END") return "whole";
      if (/^(BUSY|BADCLASS|NOTSTARTED|(CLIENT_|SERVER_)?ERROR)\b/.test(line)) return { answer: line };
      // Answered first from 1.6.43 on.
      if (line !== "OK") this.#unreadable++;
    }
    return undefined;
  }

  private take({ page, expired, unreadable }: DumpPiece): void {
    const { scan, deps } = this;
    this.#unreadable += unreadable;
    scan.seenKeys += expired;
    scan.vanishedKeys += expired;
    const seen = this.withinBudget(this.matching(page));
    scan.seenKeys += seen.names.length;
    const measured = this.sampled(seen);
    scan.measuredKeys += measured.names.length;
    if (measured.names.length > 0) deps.onPage(measured);
    deps.onProgress(scan.node, scan.seenKeys, scan.expectedKeys);
  }

  private matching(page: KeyPage): KeyPage {
    const match = this.#match;
    return match === null ? page : selectKeys(page, (index) => globMatches(match, page.names[index] ?? ""));
  }

  private withinBudget(page: KeyPage): KeyPage {
    const allowed = Math.min(this.deps.budget.left, page.names.length);
    this.deps.budget.left -= allowed;
    if (allowed === page.names.length) return page;
    this.limit(this.scan.seenKeys + allowed);
    return selectKeys(page, (index) => index < allowed);
  }

  private sampled(page: KeyPage): KeyPage {
    const { sampleRatio } = this.options;
    return sampleRatio === 1 ? page : selectKeys(page, () => this.deps.random() < sampleRatio);
  }

  private mustStop(): boolean {
    if (this.deps.stopped()) this.brokeOff("interrupted");
    else if (this.deps.budget.left <= 0) this.limit(this.scan.seenKeys);
    return this.scan.gap !== null;
  }

  private finished(walk: "hash" | "all"): void {
    if (this.#unreadable > 0) this.gap(`${this.#unreadable} lines of the dump could not be read`);
    else if (walk === "all")
      this.gap("before 1.6.9 a dump follows the LRU lists and misses items that move within them meanwhile");
  }

  /** The first one stays: what follows from it says less. */
  private limit(items: number): void {
    this.scan.limitReached = true;
    this.gap(`--limit ended the dump after ${items} items`);
  }

  private gap(clause: string): void {
    this.scan.gap ??= `${this.scan.node}: ${clause}`;
  }
}

function endsWithEnd(lines: Uint8Array): boolean {
  return Buffer.from(lines.slice(-5)).toString("latin1") === "END\r\n";
}

function isBusy(answer: string): boolean {
  return /^BUSY\b|^ERROR locked/.test(answer);
}

function refusal(answer: string): string {
  if (answer.includes("not allowed")) return "it does not let its items be listed: it was started with -X";
  if (answer.includes("crawler disabled"))
    return "its LRU crawler is off, which lists the items: `lru_crawler enable` starts it";
  if (answer === "ERROR") return "it does not know lru_crawler metadump: a proxy, a managed service, or before 1.4.31";
  return `it refused to list its items: ${answer}`;
}

function emptyScan({ node }: ObservedNode, { ratePerSecond }: ScanOptions): NodeScan {
  return {
    node: node.address,
    role: node.role,
    expectedKeys: null,
    seenKeys: 0,
    measuredKeys: 0,
    vanishedKeys: 0,
    deniedKeys: 0,
    refused:
      ratePerSecond === null
        ? []
        : [
            {
              command: "--rate",
              cause: "not-supported",
              reason: "--rate was not kept: a Memcached dump cannot be slowed down without tearing it",
            },
          ],
    seconds: 0,
    gap: null,
    limitReached: false,
    addedLookups: 0,
    commands: 0,
    longestCommand: null,
    longestCommandUnknown: "Memcached does not time its commands; the dump runs on a thread of its own",
    slowdowns: 0,
    addedLatencyMs: null,
  };
}
