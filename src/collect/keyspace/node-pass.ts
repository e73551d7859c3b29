import { performance } from "node:perf_hooks";
import { ServerReplyError } from "../../model/errors.js";
import type { FleetNode, RedisBulkPort } from "../../model/node-port.js";
import type { ObservedNode } from "../../model/observation.js";
import { AdaptiveCount } from "./adaptive-count.js";
import { collectLongestCommand, collectTimesBefore, type TimesBefore } from "./command-times.js";
import { clauseOf, CutShort, isInterruption, mayPass, shareSeen } from "./cut-short.js";
import { LatencyGuard } from "./latency-guard.js";
import { changesBetween, collectState, observedState, type NodeState } from "./node-state.js";
import { Pacer } from "./pacer.js";
import { isNamed, onConnections, stopTouching } from "./scan-connection.js";
import type { ScanDeps } from "./scan-node.js";
import type { ScanOptions } from "./scan-options.js";
import { DatabaseScan, type Pass } from "./scan-pages.js";
import {
  askedOf,
  hasLatencyHistogram,
  mayNotTouch,
  typeFilterCounts,
  type Databases,
  type ScanPosition,
} from "./scan-start.js";
import { SideLine } from "./side-line.js";

/** One run over the keys of one node, from a position on. */
export class NodePass {
  readonly #side: SideLine;
  readonly #guard: LatencyGuard;
  readonly #filtered: boolean;
  readonly #before: NodeState;
  /** Whether the slow log can tell our commands from others'. */
  #named = false;

  constructor(
    private readonly node: FleetNode,
    private readonly observed: ObservedNode,
    private readonly options: ScanOptions,
    private readonly databases: Databases,
    private readonly position: ScanPosition,
    private readonly deps: ScanDeps,
  ) {
    this.#side = new SideLine(node);
    this.#filtered = options.match !== null || options.type !== null;
    // What was seen in an earlier run was seen of that run's slots.
    this.#before = { ...observedState(observed), runId: position.runId, slots: position.slots };
    this.#guard = new LatencyGuard(options.maxLatencyMs, {
      clock: deps.clock,
      busyMs: () => performance.eventLoopUtilization().active,
      ping: () => this.ping(),
    });
  }

  /** Never rejects for a failure of the node. */
  async run(): Promise<ScanPosition> {
    const { scan } = this.position;
    const begunMs = this.deps.clock.monotonicMs();
    const clauses: string[] = [];
    scan.limitReached = false;
    try {
      const times = await collectTimesBefore(this.#side, hasLatencyHistogram(this.observed));
      await this.#guard.begin();
      void this.#guard.watch();
      clauses.push(...(await this.readKeys()));
      this.#guard.end();
      clauses.push(...(await this.lookBack(times)));
    } catch (error) {
      clauses.push(clauseOf(error, scan, this.#filtered));
      scan.longestCommandUnknown ??= scan.longestCommand === null ? "the run was interrupted" : null;
    } finally {
      this.#guard.end();
      this.#side.close();
    }
    scan.seconds += (this.deps.clock.monotonicMs() - begunMs) / 1000;
    this.noteLatency();
    scan.gap = this.gapOf(clauses);
    return this.position;
  }

  /** What could not be read, as clauses; empty when all was. */
  private async readKeys(): Promise<string[]> {
    const pass = this.newPass();
    try {
      return await onConnections(this.node, this.position, this.#filtered, this.deps, (port) =>
        this.readOver(port, pass),
      );
    } catch (error) {
      if (isInterruption(error)) throw error;
      return [clauseOf(error, this.position.scan, this.#filtered)];
    }
  }

  private async readOver(port: RedisBulkPort, pass: Pass): Promise<string[]> {
    this.#named = await isNamed(port);
    await this.chooseLengths(port, pass);
    const unread: string[] = [];
    // The connection begins in the profile's database, which is 0 where all are read.
    let selected = this.options.database === null ? 0 : null;
    for (const database of this.openDatabases()) {
      this.checkMayBegin();
      const refused = database.index === selected ? null : await this.select(port, database.index);
      if (refused !== null) {
        unread.push(refused);
        continue;
      }
      selected = database.index;
      const end = await new DatabaseScan(port, pass, database).run();
      if (end !== "done") throw new CutShort(this.stopClause(end));
    }
    return unread;
  }

  private newPass(): Pass {
    return {
      address: this.node.identity.address,
      options: this.options,
      deps: this.deps,
      position: this.position,
      count: new AdaptiveCount(this.#guard.baseMs ?? 0),
      guard: this.#guard,
      pacer: new Pacer(this.options.ratePerSecond),
      typeFilterCounts: typeFilterCounts(this.observed),
      asked: askedOf(this.observed, this.options),
      tried: false,
      keyNumber: 0,
    };
  }

  /** HLEN and its kin count as a use of the key, unless the server is told otherwise. */
  private async chooseLengths(port: RedisBulkPort, pass: Pass): Promise<void> {
    const obstacle = await stopTouching(port, mayNotTouch(this.observed));
    if (obstacle === null || this.options.touch) return;
    pass.asked = { ...pass.asked, countedTypes: new Set() };
    const { refused } = this.position.scan;
    if (!refused.some(({ command }) => command === "elements")) refused.push({ command: "elements", ...obstacle });
  }

  /** Those that are not done, the one that was begun first. */
  private openDatabases(): Databases["list"] {
    const { database: begun, doneDatabases } = this.position;
    const open = this.databases.list.filter(({ index }) => !doneDatabases.includes(index) && index !== begun);
    if (begun === null) return open;
    // Its keys may all have gone since.
    const known = this.databases.list.find(({ index }) => index === begun);
    return [known ?? { index: begun, keys: null }, ...open];
  }

  private async select(port: RedisBulkPort, index: number): Promise<string | null> {
    try {
      await port.call("SELECT", String(index));
      return null;
    } catch (error) {
      if (!(error instanceof ServerReplyError) || mayPass(error)) throw error;
      return `database ${index} of ${this.node.identity.address} could not be read: ${error.message}`;
    }
  }

  private checkMayBegin(): void {
    if (this.deps.stopped()) throw new CutShort(this.stopClause("stopped"));
    if (this.deps.budget.left <= 0) throw new CutShort(this.stopClause("limit"));
  }

  private stopClause(end: "stopped" | "limit"): string {
    const { scan } = this.position;
    const share = shareSeen(scan, this.#filtered);
    if (end === "stopped") return `${scan.node} was interrupted after ${share}`;
    scan.limitReached = true;
    return `--limit ${this.options.limitKeys ?? 0} was reached when ${scan.node} had given ${share}`;
  }

  /** Whether it is still the node that it was, and how long our commands held it. */
  private async lookBack(times: TimesBefore): Promise<string[]> {
    const { scan, lasting } = this.position;
    const config = this.observed.facts.config;
    const threshold = config?.ok === true ? Number(config.value["slowlog-log-slower-than"] ?? Number.NaN) : Number.NaN;
    const usec = Number.isNaN(threshold) ? null : threshold;
    const latest = await collectLongestCommand(this.#side, times, usec, this.#named);
    if (
      latest.longestCommand !== null &&
      latest.longestCommand.milliseconds >= (scan.longestCommand?.milliseconds ?? 0)
    )
      scan.longestCommand = latest.longestCommand;
    scan.longestCommandUnknown = latest.longestCommandUnknown;
    try {
      const now = await collectState(this.#side, this.#before.slots !== null);
      const changes = changesBetween(scan.node, this.#before, now);
      lasting.push(...changes.filter((clause) => !lasting.includes(clause)));
      return [];
    } catch (error) {
      if (isInterruption(error)) throw error;
      const reason = (error as Error).message;
      return [`${scan.node} could not be asked afterwards whether it was still the same node: ${reason}`];
    }
  }

  private gapOf(clauses: string[]): string | null {
    const { scan, lasting } = this.position;
    const denied =
      scan.deniedKeys === 0
        ? []
        : [`this login may not look at ${scan.deniedKeys} keys of ${scan.node}: only their names were seen`];
    const all = [...clauses, ...lasting, ...denied];
    return all.length === 0 ? null : all.join("; ");
  }

  private noteLatency(): void {
    const { scan } = this.position;
    scan.slowdowns += this.#guard.slowdowns;
    if (this.#guard.addedMs === null) return;
    scan.addedLatencyMs = Math.max(scan.addedLatencyMs ?? 0, Math.round(this.#guard.addedMs * 100) / 100);
  }

  private async ping(): Promise<void> {
    try {
      await this.#side.call("PING");
    } catch (error) {
      // A refusal is an answer, and takes as long as one.
      if (!(error instanceof ServerReplyError)) throw error;
    }
  }
}
