import { CachectlError, ServerReplyError } from "../../model/errors.js";
import type { DrillOutcome, DrillPlan, LedgerResult } from "../../model/sentinel-drill.js";
import { runSteps, type StepResult } from "../run-steps.js";
import { waitFor } from "../wait-for.js";
import { nodeOf, SentinelConnections } from "./ask-sentinels.js";
import { awaitFollowers } from "./await-followers.js";
import type { DrillDeps } from "./drill-deps.js";
import { DrillTimeline } from "./drill-timeline.js";
import { Ledger } from "./ledger.js";
import { LedgerClient } from "./ledger-client.js";
import { settleLedger } from "./settle-ledger.js";

/** Beyond all waits of a run, so that it never expires under one that still counts. */
const ttlBeyondMs = 60_000;
/** Acknowledged writes of each client before the order. */
const writesBefore = 5;

/**
 * SENTINEL FAILOVER under a ledger of writes: orders it, measures until a write works again, waits until everybody follows, and
 * counts what was lost. Writes; the ledger is removed at the end, whatever happens.
 *
 * @throws CachectlError unreached when no write works before anything is ordered
 */
export async function runDrill(plan: DrillPlan, deps: DrillDeps): Promise<DrillOutcome> {
  const run = new DrillRun(plan, deps);
  return run.run();
}

class DrillRun {
  private readonly ledger: Ledger;
  private readonly clients: readonly LedgerClient[];
  private readonly sentinels: SentinelConnections;
  private readonly askPrimary: () => Promise<string>;
  private readonly timeline: DrillTimeline;
  private newPrimary: string | null = null;
  private restoredMs: number | null = null;
  private epoch: number | null = null;

  constructor(
    private readonly plan: DrillPlan,
    private readonly deps: DrillDeps,
  ) {
    const { clock, intervalMs, deadlineMs, key, nodeAt } = deps;
    this.timeline = new DrillTimeline(clock);
    this.ledger = new Ledger(key, 3 * deadlineMs + ttlBeyondMs);
    this.sentinels = new SentinelConnections(nodeAt);
    this.askPrimary = this.sentinels.primaryFinder(plan.sentinels, plan.masterName, deps.dialled);
    const shared = {
      ...{ ledger: this.ledger, clock, intervalMs, askPrimary: this.askPrimary },
      open: (address: string) => nodeOf(address, nodeAt).openBulk(),
    };
    this.clients = [new LedgerClient("following", shared), new LedgerClient("staying", shared)];
  }

  async run(): Promise<DrillOutcome> {
    const { plan, deps } = this;
    await deps.journal.write({
      ...{ kind: "begin", at: this.at(), operation: "sentinel-drill", target: plan.target },
      ...{ masterName: plan.masterName, primary: plan.primary, key: deps.key },
    });
    const steps = await this.underLedger();
    await this.stopClients();
    this.noteLastWrite();
    const ledger = await this.settle();
    await deps.journal.write({
      ...{ kind: "end", at: this.at(), complete: steps.failed.length === 0 && steps.notDone.length === 0 },
      ...{ newPrimary: this.newPrimary, missing: missingOf(ledger) },
    });
    return {
      ...steps,
      ...{ ordered: this.timeline.orderedMs !== null, newPrimary: this.newPrimary, restoredMs: this.restoredMs },
      ...{ configEpoch: this.epoch, events: this.timeline.events(), ledger },
    };
  }

  private async underLedger(): Promise<StepResult> {
    try {
      // Where even the first write is refused there is nothing to measure, and nothing has been changed.
      for (const client of this.clients) await client.write().catch(noWrite);
      for (const client of this.clients) client.start();
      return await runSteps(this.steps(), this.deps.stop, (title) => this.deps.say(title));
    } catch (error) {
      await this.stopClients();
      await this.settle();
      throw error;
    }
  }

  private async stopClients(): Promise<void> {
    await Promise.all(this.clients.map((client) => client.stop()));
  }

  private steps() {
    const { plan } = this;
    return [
      { title: "write the ledger", run: () => this.writeBefore() },
      {
        title: `order ${plan.orderTo} to fail over ${plan.masterName}, and write through the new primary`,
        run: () => this.order(),
      },
      { title: "see that every sentinel and every replica follows", run: () => this.follow() },
    ];
  }

  private async writeBefore(): Promise<string[]> {
    await waitFor(
      this.deps,
      () => {
        const few = this.clients.find(({ kind }) => this.count(kind) < writesBefore);
        return Promise.resolve(
          few === undefined ? null : `the ledger had too few writes: ${few.firstRefusal ?? "they are slow"}`,
        );
      },
      "Nothing was ordered. Look at the primary.",
    );
    return [];
  }

  private async order(): Promise<string[]> {
    const { plan, deps } = this;
    // Dialled before: an order that could not be sent is none, and the time of dialling is not the failover's.
    await this.sentinels.open(plan.orderTo);
    await deps.journal.write({ kind: "order", at: this.at(), sentinel: plan.orderTo });
    const orderedMs = deps.clock.monotonicMs();
    this.timeline.orderedMs = orderedMs;
    this.timeline.note(`${plan.orderTo} is ordered to fail over`, orderedMs);
    await this.sentinels.ask(plan.orderTo, "SENTINEL", "FAILOVER", plan.masterName).catch((error: unknown) => {
      // A refused order (INPROG, NOGOODSLAVE) changes nothing; one whose answer was lost may have changed everything.
      if (error instanceof ServerReplyError) this.timeline.orderedMs = null;
      throw error;
    });
    await waitFor(
      // What was ordered cannot be taken back: the report must say how it ended.
      { ...deps, stop: new AbortController().signal },
      () =>
        Promise.resolve(
          this.seeWrite() ? null : `no write had been acknowledged by a new primary of ${plan.masterName}`,
        ),
      "Look into the log of the sentinel that got the order (-failover-abort-… names the reason); cachectl sentinel check shows who is the primary now.",
    );
    return [
      `ordered ${plan.orderTo} to fail over ${plan.masterName}`,
      `${this.newPrimary ?? ""} took a write ${seconds(this.restoredMs)} after the order`,
    ];
  }

  /** Whether a fresh client's write has been acknowledged by another than the old primary. */
  private seeWrite(): boolean {
    const ordered = this.timeline.orderedMs ?? Infinity;
    const write = this.ledger.acknowledged.find(
      ({ client, node, atMs }) => client === "following" && node !== this.plan.primary && atMs >= ordered,
    );
    if (write === undefined) return false;
    this.newPrimary = write.node;
    this.restoredMs = write.atMs - ordered;
    this.timeline.note(`${write.node} takes the first write of a fresh client`, write.atMs);
    return true;
  }

  private async follow(): Promise<string[]> {
    const { plan, deps, newPrimary } = this;
    if (newPrimary === null) return [];
    const onEvent = (event: string) => this.timeline.note(event);
    this.epoch = await awaitFollowers(plan, { newPrimary, sentinels: this.sentinels, onEvent }, deps);
    const followers = plan.followers.filter((address) => address !== newPrimary);
    return [
      `all ${plan.sentinels.length} sentinels name ${newPrimary}, with config epoch ${this.epoch ?? "unknown"}`,
      `${followers.join(", ")} ${followers.length === 1 ? "replicates" : "replicate"} from ${newPrimary}`,
    ];
  }

  private async settle() {
    const { plan, deps, ledger, clients } = this;
    return settleLedger({
      ...{ ledger, clients, oldPrimary: plan.primary, orderedMs: this.timeline.orderedMs },
      primary: this.newPrimary === null ? await this.askPrimary().catch(() => plan.primary) : this.newPrimary,
      open: (address) => nodeOf(address, deps.nodeAt).openBulk(),
    });
  }

  private noteLastWrite(): void {
    const { primary } = this.plan;
    const last = this.ledger.acknowledged.findLast(({ node }) => node === primary);
    if (last !== undefined && last.atMs > (this.timeline.orderedMs ?? Infinity))
      this.timeline.note(`the old primary ${primary} takes its last write`, last.atMs);
  }

  private count(kind: LedgerClient["kind"]): number {
    return this.ledger.acknowledged.filter(({ client }) => client === kind).length;
  }

  private at(): string {
    return new Date(this.deps.clock.now()).toISOString();
  }
}

function noWrite(error: unknown): never {
  if (!(error instanceof CachectlError)) throw error;
  throw new CachectlError(
    "unreached",
    "drill-not-writable",
    `the ledger cannot be written: ${error.message}; no failover was ordered`,
    error.hint === ""
      ? "The drill's login needs +multi +exec +hset +pexpire +hkeys +del on keys cachectl:drill:*."
      : error.hint,
    error,
  );
}

/** Null: not known. */
function missingOf({ clients }: LedgerResult): number | null {
  return clients.reduce<number | null>(
    (sum, { missing }) => (sum === null || missing === null ? null : sum + missing),
    0,
  );
}

function seconds(ms: number | null): string {
  return ms === null ? "an unknown time" : `${(ms / 1000).toFixed(2)} s`;
}
