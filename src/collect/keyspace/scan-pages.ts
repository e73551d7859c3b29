import { ServerReplyError } from "../../model/errors.js";
import type { KeyPage } from "../../model/key-page.js";
import { bytesOfText, ownText } from "../../model/key-name.js";
import { ReplyError, type BulkReply, type RedisBulkPort } from "../../model/node-port.js";
import { encodeCommand } from "../../protocol/resp.js";
import type { AdaptiveCount } from "./adaptive-count.js";
import { KeyQuestions } from "./ask-about-keys.js";
import { refusal, without, type AskedCommands } from "./asked-commands.js";
import { CutShort, mayPass } from "./cut-short.js";
import { meaningOf, PassingError } from "./error-reply.js";
import type { LatencyGuard } from "./latency-guard.js";
import { slotsMoved } from "./node-state.js";
import type { Pacer } from "./pacer.js";
import { readPage, type PageReading } from "./read-page.js";
import type { ScanDeps } from "./scan-node.js";
import type { ScanOptions } from "./scan-options.js";
import type { ScanPosition } from "./scan-start.js";

/** All that the pages of one node's scan have in common, whatever connection they come over. */
export interface Pass {
  readonly address: string;
  readonly options: ScanOptions;
  readonly deps: ScanDeps;
  /** Moves on with each page that was handed on. */
  readonly position: ScanPosition;
  readonly count: AdaptiveCount;
  readonly guard: LatencyGuard;
  readonly pacer: Pacer;
  readonly typeFilterCounts: boolean;
  asked: AskedCommands;
  /** Whether one key has shown which commands the login may not call. */
  tried: boolean;
  /** Keys asked about so far: it decides which are asked for more. */
  keyNumber: number;
}

/** done: no keys are left · stopped: the user wants the end · limit: `--limit` is used up. */
export type PagesEnd = "done" | "stopped" | "limit";

interface Page {
  /** What SCAN is to be given for the page after this one. */
  cursor: string;
  names: string[];
  nameBytes: number;
}

/** While one's lengths are asked for and one is digested the server needs others to work on. More than these gain nothing. */
const mostUnderWay = 4;

/** A stop must not have to wait for a long pause. */
const longestNapMs = 100;

/**
 * Reads the database that is selected on the connection from the position's cursor on, page by page. The next SCAN is on its
 * way before a page is measured, and that before the page before it is digested: the server never waits for this program.
 *
 * @throws ConnectError, PassingError: pages that were not handed on are not part of the position · CutShort
 */
export class DatabaseScan {
  readonly #questions: KeyQuestions;
  /** Pages are handed on in order; what follows a failed one is not. */
  #digested: Promise<void> = Promise.resolve();
  /** Pages that are being measured or digested, the oldest first. */
  #underWay: Promise<void>[] = [];
  /** Taken off the budget, but not handed on yet. */
  #pendingKeys = 0;
  /** Keys that SCAN has been asked to pass by; null when a former run did a part. */
  #passedBy: number | null;
  #over = false;

  constructor(
    private readonly port: RedisBulkPort,
    private readonly pass: Pass,
    private readonly database: { index: number; keys: number | null },
  ) {
    this.#passedBy = pass.position.cursor === "0" ? 0 : null;
    this.#questions = new KeyQuestions(port, pass.position.scan);
  }

  async run(): Promise<PagesEnd> {
    try {
      const end = await this.pages();
      if (end === "done") this.finish();
      return end;
    } finally {
      this.#over = true;
      this.pass.deps.budget.left += this.#pendingKeys;
    }
  }

  private async pages(): Promise<PagesEnd> {
    let asking = this.ask(this.pass.position.cursor);
    for (;;) {
      const page = await asking;
      if (!this.pass.tried) await this.tryCommands(page.names);
      const end = page.cursor === "0" ? "done" : this.whyStop();
      const waitMs = end === null ? this.waitMs(page.names.length) : 0;
      const next = end === null && waitMs === 0 ? this.ask(page.cursor) : null;
      this.#digested = handled(this.measure(page, this.#digested));
      await this.waitForRoom(end === null && waitMs === 0);
      if (end !== null) return end;
      const stop = await this.nap(waitMs);
      if (stop !== null) return stop;
      asking = next ?? this.ask(page.cursor);
    }
  }

  /** @param goesOn false: no other page follows at once, so that all that are under way are waited for */
  private async waitForRoom(goesOn: boolean): Promise<void> {
    this.#underWay.push(this.#digested);
    if (!goesOn) {
      this.#underWay = [];
      await this.#digested;
    } else if (this.#underWay.length >= mostUnderWay) await this.#underWay.shift();
  }

  private ask(cursor: string): Promise<Page> {
    const { options, count, pacer, deps, position } = this.pass;
    const asked = Math.max(1, Math.min(count.count, pacer.mostKeys, deps.budget.left));
    const filter = [
      ...(options.match === null ? [] : ["MATCH", bytesOfText(options.match)]),
      ...(options.type === null ? [] : ["TYPE", bytesOfText(options.type)]),
    ];
    position.scan.commands++;
    const request = encodeCommand("SCAN", cursor, "COUNT", String(asked), ...filter);
    return handled(this.port.pipeline(request, 1).then(([reply]) => this.take(reply, asked)));
  }

  private take(reply: BulkReply | undefined, asked: number): Page {
    const { address, count, deps, position, options, typeFilterCounts } = this.pass;
    if (reply instanceof ReplyError) {
      if (meaningOf(reply.text) === "passing") throw new PassingError(reply.text);
      throw new CutShort(`${address} refuses SCAN: ${reply.text}`);
    }
    const [cursor, list] = Array.isArray(reply) ? reply : [];
    if (typeof cursor !== "string" || !Array.isArray(list))
      throw new CutShort(`${address} answers SCAN with something else than a page of keys`);
    // SCAN gives names and nothing else.
    const names = distinct(list as string[]);
    let nameBytes = 0;
    for (const name of names) nameBytes += name.length;
    count.pageCame(asked, names.length, nameBytes);
    deps.budget.left -= names.length;
    this.#pendingKeys += names.length;
    if (this.#passedBy !== null) this.#passedBy += asked;
    if (options.type !== null && typeFilterCounts) position.scan.addedLookups += asked;
    return { cursor: ownText(cursor), names, nameBytes };
  }

  /** Asks about one key alone first: a login that may not call a command is not to be refused it a thousand times. */
  private async tryCommands([name]: readonly string[]): Promise<void> {
    if (name === undefined) return;
    const { asked } = this.pass;
    const replies = await this.#questions.measure([name], asked, 0);
    const reading = this.read([name], { ...asked, countedTypes: new Set() }, 0, replies, []);
    this.pass.position.scan.addedLookups += reading.lookups;
    this.leaveOut(reading.refused);
    if (reading.moved && this.pass.position.scan.role === "replica") await this.checkMayRead();
    this.pass.tried = true;
  }

  /** A replica of a cluster sends readers to its primary until they say READONLY, which not every login may. */
  private async checkMayRead(): Promise<void> {
    try {
      await this.port.call("READONLY");
    } catch (error) {
      if (!(error instanceof ServerReplyError) || mayPass(error)) throw error;
      const { address } = this.pass;
      throw new CutShort(`${address} is a replica, which only answers who may call READONLY: ${error.message}`);
    }
  }

  private async measure(page: Page, before: Promise<void>): Promise<void> {
    const { asked, keyNumber, options, deps } = this.pass;
    const { names } = page;
    const measured = options.sampleRatio === 1 ? names : names.filter(() => deps.random() < options.sampleRatio);
    this.pass.keyNumber += measured.length;
    const { replies, lengthReplies } = await this.#questions.ask(measured, page.nameBytes, asked, keyNumber);
    await before;
    // Once the scan has ended with an error, another run goes on from the position: this page is that one's.
    if (!this.#over) this.handOn(page, this.read(measured, asked, keyNumber, replies, lengthReplies));
  }

  private read(
    names: string[],
    asked: AskedCommands,
    firstNumber: number,
    replies: BulkReply[],
    lengthReplies: BulkReply[],
  ): PageReading {
    return readPage({
      node: this.pass.address,
      database: this.database.index,
      readAtMs: this.pass.deps.clock.now(),
      names,
      asked,
      firstNumber,
      replies,
      lengthReplies,
    });
  }

  /** Everything that counts a page happens at once, so that no failure can leave it counted by half. */
  private handOn({ cursor, names }: Page, reading: PageReading): void {
    const { deps, position, address, options } = this.pass;
    const { scan } = position;
    this.#pendingKeys -= names.length;
    scan.seenKeys += names.length;
    scan.measuredKeys += reading.page.names.length;
    scan.vanishedKeys += reading.vanishedKeys;
    scan.deniedKeys += reading.deniedKeys;
    scan.addedLookups += reading.lookups;
    this.leaveOut(reading.refused);
    if (reading.moved && !position.lasting.includes(slotsMoved(address))) position.lasting.push(slotsMoved(address));
    position.database = this.database.index;
    position.cursor = cursor;
    handOnPage(reading.page, deps);
    const filtered = options.match !== null || options.type !== null;
    deps.onProgress(address, scan.seenKeys, filtered ? null : scan.expectedKeys);
  }

  private leaveOut(refused: ReadonlyMap<string, string>): void {
    const { scan } = this.pass.position;
    for (const [command, text] of refused) {
      this.pass.asked = without(this.pass.asked, command);
      if (!scan.refused.some((known) => known.command === command)) scan.refused.push(refusal(command, text));
    }
  }

  private finish(): void {
    const { position, options, typeFilterCounts } = this.pass;
    position.doneDatabases.push(this.database.index);
    position.database = null;
    // A whole pass goes by each key once, whatever was asked for.
    const passes = options.type !== null && typeFilterCounts && this.#passedBy !== null && this.database.keys !== null;
    if (passes) position.scan.addedLookups += (this.database.keys ?? 0) - (this.#passedBy ?? 0);
  }

  private whyStop(): "stopped" | "limit" | null {
    if (this.pass.deps.stopped()) return "stopped";
    return this.pass.deps.budget.left <= 0 ? "limit" : null;
  }

  private waitMs(keys: number): number {
    const { guard, count, pacer, deps } = this.pass;
    const pauseMs = guard.takePauseMs();
    if (pauseMs > 0) count.slowDown();
    return Math.max(pauseMs, pacer.waitMs(deps.clock.monotonicMs(), keys));
  }

  private async nap(ms: number): Promise<"stopped" | "limit" | null> {
    if (ms === 0) return null;
    const { clock } = this.pass.deps;
    const endMs = clock.monotonicMs() + ms;
    for (let leftMs = ms; leftMs > 0; leftMs = endMs - clock.monotonicMs()) {
      await clock.sleep(Math.min(leftMs, longestNapMs));
      const stop = this.whyStop();
      if (stop !== null) return stop;
    }
    return null;
  }
}

function handOnPage(page: KeyPage, deps: ScanDeps): void {
  if (page.names.length > 0) deps.onPage(page);
}

function distinct(names: string[]): string[] {
  const set = new Set(names);
  return set.size === names.length ? names : [...set];
}

/** A promise that is awaited later must not count as forgotten when it fails before that. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
