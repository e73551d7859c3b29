import { ReplyError, type BulkReply } from "../../model/node-port.js";
import { encodeCommand } from "../../protocol/resp.js";
import { firstPauseMs, longestPauseMs, NoAnswer, type Patience } from "./no-answer.js";
import type { RedisLane } from "./redis-lane.js";
import type { RedisRoutes } from "./redis-routes.js";
import { RequestBatch } from "./request-batch.js";
import { splitCommands } from "./split-commands.js";

export type Answer = BulkReply | NoAnswer;

interface Request {
  text: string;
  id: number;
  replies: number;
}

interface Retry extends Request {
  reason: string;
  notDone: boolean;
  lane: RedisLane | null;
  asking: boolean;
}

/** Answers that another moment, or another node, may give otherwise. */
const passing =
  /^(?:MOVED|ASK|TRYAGAIN|CLUSTERDOWN|LOADING|MASTERDOWN|READONLY|NOREPLICAS|BUSY|UNBLOCKED|ERR max number of clients)\b/;

/**
 * Requests that are sent to whichever nodes own their keys, all at once: redirections are followed, a lost connection or a
 * server that takes no writes just now is waited for, and each request is sent again until it has an answer.
 */
export class RedisSending {
  readonly #batches = new Map<RedisLane | null, RequestBatch>();
  readonly #answers: Answer[];
  /** Sent on a connection that was lost before it answered. */
  readonly #mayBeDone = new Set<number>();
  readonly #slots: Uint16Array;
  /** Requests that were sent more than once, because nobody knows what became of the first. */
  repeated = 0;

  constructor(
    private readonly routes: RedisRoutes,
    private readonly patience: Patience,
    count: number,
  ) {
    this.#answers = new Array<Answer>(count).fill(null);
    this.#slots = new Uint16Array(routes.isCluster ? count : 0);
  }

  /** @param id from 0 below `count`; the answer stands there */
  add(key: string, text: string, id: number, replies: number): void {
    const slot = this.routes.slotOf(key);
    if (this.routes.isCluster) this.#slots[id] = slot;
    this.batchFor(this.routes.laneOf(slot)).add(text, id, replies);
  }

  async run(): Promise<Answer[]> {
    const { patience } = this;
    let quietSince = patience.monotonicMs();
    let pauseMs = firstPauseMs;
    for (;;) {
      const sent = [...this.#batches];
      const asked = sent.reduce((sum, [, batch]) => sum + batch.count, 0);
      this.#batches.clear();
      const retries = (await Promise.all(sent.map(([lane, batch]) => this.send(lane, batch, false)))).flat();
      if (retries.length === 0) return this.#answers;
      if (retries.length < asked) {
        quietSince = patience.monotonicMs();
        pauseMs = firstPauseMs;
      }
      const late = patience.monotonicMs() - quietSince >= patience.patienceMs;
      if (late || patience.ending() || !patience.mayWrite()) {
        const why = this.routes.unfound === null ? "" : `; ${this.routes.unfound}`;
        for (const { id, reason, notDone } of retries)
          this.#answers[id] = new NoAnswer(reason + why, notDone && !this.#mayBeDone.has(id));
        return this.#answers;
      }
      // A redirection is followed at once; what is waited for is asked after, at growing distances.
      const waiting = retries.some(({ lane }) => lane === null);
      if (waiting || pauseMs > firstPauseMs) {
        await patience.sleep(pauseMs);
        if (waiting) await this.routes.find().catch(() => undefined);
      }
      pauseMs = Math.min(longestPauseMs, pauseMs * 2);
      await this.prepare(retries);
    }
  }

  /** Puts what is left onto the lanes that lead there by now. */
  private async prepare(retries: readonly Retry[]): Promise<void> {
    const asking = new Map<RedisLane, RequestBatch>();
    for (const { text, id, replies, lane, asking: ask } of retries) {
      if (!ask || lane === null) this.batchFor(this.routes.laneOf(this.#slots[id] ?? 0)).add(text, id, replies);
      else {
        const batch = asking.get(lane) ?? new RequestBatch();
        asking.set(lane, batch);
        const commands = splitCommands(text);
        batch.add(commands.map((command) => askingText + command).join(""), id, commands.length * 2);
      }
    }
    const refused = await Promise.all([...asking].map(([lane, batch]) => this.send(lane, batch, true)));
    for (const { text, id, replies } of refused.flat())
      this.batchFor(this.routes.laneOf(this.#slots[id] ?? 0)).add(text, id, replies);
  }

  private async send(lane: RedisLane | null, batch: RequestBatch, asking: boolean): Promise<Retry[]> {
    if (lane === null) return this.allAgain(batch, asking, "no node owns the key's slot", true);
    let replies: BulkReply[] | null;
    try {
      replies = await lane.send(batch.bytes(), batch.replyCount, () => this.patience.mayWrite());
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.repeated += batch.count;
      for (const id of batch.ids) this.#mayBeDone.add(id);
      return this.allAgain(batch, asking, reason, false);
    }
    if (replies === null) return this.allAgain(batch, asking, "the lock of this run is lost", true);
    const retries: Retry[] = [];
    let at = 0;
    for (let i = 0; i < batch.count; i++) {
      const count = batch.replyCounts[i] ?? 1;
      const reply = plain(count === 1 ? (replies[at] ?? null) : folded(replies, at, count));
      at += count;
      const id = batch.ids[i] ?? 0;
      if (reply instanceof ReplyError && this.mayPass(reply))
        retries.push(await this.again(this.requestAt(batch, i, asking), reply.text, lane));
      else this.#answers[id] = reply;
    }
    batch.release();
    return retries;
  }

  /** A member of a cluster that is meant as one server says MOVED to the same keys for ever. */
  private mayPass({ text }: ReplyError): boolean {
    return passing.test(text) && (this.routes.isCluster || !text.startsWith("MOVED "));
  }

  private allAgain(batch: RequestBatch, asking: boolean, reason: string, notDone: boolean): Retry[] {
    return batch.ids.map((_, i) => ({
      ...this.requestAt(batch, i, asking),
      ...{ reason, notDone, lane: null, asking: false },
    }));
  }

  private requestAt(batch: RequestBatch, index: number, asking: boolean): Request {
    const id = batch.ids[index] ?? 0;
    const text = batch.request(index);
    const replies = batch.replyCounts[index] ?? 1;
    if (!asking) return { text, id, replies };
    const commands = splitCommands(text).filter((command) => command !== askingText);
    return { text: commands.join(""), id, replies: commands.length };
  }

  private async again(request: Request, answer: string, sender: RedisLane): Promise<Retry> {
    const waiting = { ...request, reason: `${sender.address}: ${answer}`, notDone: true, lane: null, asking: false };
    const match = /^(MOVED|ASK) (\d+) (.*):(\d+)$/.exec(answer);
    if (match === null) return waiting;
    const [, kind, slot, host = "", port] = match;
    const lane = await this.routes.laneAt(host, Number(port), sender);
    if (lane === null) return waiting;
    if (kind === "MOVED") this.routes.move(Number(slot), lane);
    return { ...waiting, lane, asking: kind === "ASK" };
  }

  private batchFor(lane: RedisLane | null): RequestBatch {
    let batch = this.#batches.get(lane);
    if (batch === undefined) {
      batch = new RequestBatch();
      this.#batches.set(lane, batch);
    }
    return batch;
  }
}

const askingText = encodeCommand("ASKING");

/** An error of a command within a script as that command would give it itself: releases put different words around it. */
function plain(reply: BulkReply): BulkReply {
  if (!(reply instanceof ReplyError)) return reply;
  const [, inner] = /@user_script: ?\d+: -?([A-Z]+ .*)$/.exec(reply.text) ?? [];
  const text = (inner ?? reply.text).replace(/ script: [0-9a-f]{40}, on @user_script:\d+\.$/, "");
  return text === reply.text ? reply : new ReplyError(text);
}

/** The replies of several commands that are one request: the first error, which is the cause of the others, else the last. */
function folded(replies: readonly BulkReply[], from: number, count: number): BulkReply {
  for (let i = from; i < from + count; i++) {
    const reply = replies[i];
    if (reply instanceof ReplyError) return reply;
  }
  const last = replies[from + count - 1] ?? null;
  return Array.isArray(last) ? (last.find((part) => part instanceof ReplyError) ?? last) : last;
}
