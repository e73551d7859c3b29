import type { WarmItem } from "../../model/warm-manifest.js";
import { ReplyError } from "../../model/node-port.js";
import { encodeCommand } from "../../protocol/resp.js";
import { noOutcome, type CacheWriter, type PageOutcome, type ReadBack, type WritePolicy } from "./cache-writer.js";
import { redisLockStore } from "./redis-lock.js";
import type { LockStore } from "./run-lock.js";
import { encodeItem } from "./encode-item.js";
import { NoAnswer, RedisSending, type Answer, type Patience } from "./redis-sending.js";
import { RedisRoutes } from "./redis-routes.js";
import type { Locate } from "./write-target.js";

/** What ends a run at once: each further item would get the same answer. */
const refusesAll = /^(?:OOM|NOPERM|NOAUTH|MISCONF|READONLY|CLUSTERDOWN|MASTERDOWN|NOREPLICAS|LOADING)\b/;

/**
 * Opens the way to Redis or Valkey: standalone, behind Sentinel, or a cluster. Writes nothing yet.
 *
 * @throws CachectlError when nobody says where the primaries are
 */
export async function openRedisWriter(locate: Locate, policy: WritePolicy, patience: Patience): Promise<CacheWriter> {
  const routes = new RedisRoutes(locate);
  await routes.find();
  return new RedisWriter(routes, policy, patience);
}

class RedisWriter implements CacheWriter {
  #repeated = 0;

  constructor(
    private readonly routes: RedisRoutes,
    private readonly policy: WritePolicy,
    private readonly patience: Patience,
  ) {}

  async write(items: readonly WarmItem[]): Promise<PageOutcome> {
    const outcome = noOutcome();
    const wanted = await this.wanted(items, outcome);
    // The tag first: an item that nobody could invalidate is worse than a tag that names one key too many.
    if (outcome.refusal === null) await this.tag(items, wanted, outcome);
    if (outcome.refusal === null) await this.store(items, wanted, outcome);
    const answered = outcome.written + outcome.present + outcome.failed.length + outcome.unknown;
    outcome.notWritten = items.length - answered;
    return outcome;
  }

  async readBack(items: readonly WarmItem[]): Promise<(ReadBack | null)[]> {
    await this.routes.check();
    const answers = await this.ask(items, (item) =>
      item.value.type === "string" ? encodeCommand("GET", item.key) : encodeCommand("EXISTS", item.key),
    );
    return answers.map((answer, i) => {
      if (answer instanceof ReplyError || answer instanceof NoAnswer) return null;
      if (answer === null || answer === 0) return "gone";
      const { value } = items[i] as WarmItem;
      return value.type !== "string" || answer === value.data ? "same" : "different";
    });
  }

  lockStore(key: string): LockStore {
    return redisLockStore(this.routes, this.patience, key);
  }

  notes(): string[] {
    return [
      ...(this.routes.relocations > 0
        ? [`The target's primaries were looked for again ${this.routes.relocations} times.`]
        : []),
      ...this.routes.replaced.map(
        (change) =>
          `A primary was replaced while it ran (${change}): what the old one acknowledged last may be lost with it. Run it again with --only-missing to write what is not there.`,
      ),
      ...(this.#repeated > 0
        ? [`${this.#repeated} requests were sent again because a connection was lost before their answers came.`]
        : []),
    ];
  }

  close(): void {
    this.routes.close();
  }

  /** Which items to write, by index. */
  private async wanted(items: readonly WarmItem[], outcome: PageOutcome): Promise<number[] | null> {
    const { policy } = this;
    if (policy.kind === "overwrite") return null;
    // SET and RESTORE tell by themselves; what takes several commands is looked at first.
    if (policy.kind === "only-missing" && items.every(({ value }) => !("pairs" in value || "members" in value)))
      return null;
    const answers = await this.ask(items, ({ key }) => encodeCommand("PTTL", key));
    const wanted: number[] = [];
    for (const [index, answer] of answers.entries()) {
      if (typeof answer !== "number") this.note(outcome, index, answer);
      else if (answer === -2) wanted.push(index);
      else if (policy.kind === "refresh-below" && answer >= 0 && answer < policy.ttlMs) wanted.push(index);
      else outcome.present++;
    }
    return wanted;
  }

  private async tag(items: readonly WarmItem[], wanted: number[] | null, outcome: PageOutcome): Promise<void> {
    const members = new Map<string, string[]>();
    for (const index of wanted ?? items.keys()) {
      const item = items[index];
      for (const tag of item?.tags ?? []) {
        const keys = members.get(tag);
        if (keys === undefined) members.set(tag, [item?.key ?? ""]);
        else keys.push(item?.key ?? "");
      }
    }
    if (members.size === 0) return;
    const sending = new RedisSending(this.routes, this.patience, members.size);
    for (const [id, [tag, keys]] of [...members].entries())
      sending.add(tag, encodeCommand("SADD", tag, ...keys), id, 1);
    const answers = await this.run(sending);
    const names = [...members.keys()];
    for (const [id, answer] of answers.entries()) {
      if (typeof answer === "number") continue;
      const reason =
        answer instanceof ReplyError ? answer.text : answer instanceof NoAnswer ? answer.reason : "no number";
      outcome.refusal ??= `the tag set ${names[id] ?? ""}: ${reason}`;
    }
  }

  private async store(items: readonly WarmItem[], wanted: number[] | null, outcome: PageOutcome): Promise<void> {
    const { kind } = this.policy;
    const mode = kind === "only-missing" ? "only-missing" : "overwrite";
    const sending = new RedisSending(this.routes, this.patience, items.length);
    for (const index of wanted ?? items.keys()) {
      const item = items[index];
      if (item === undefined) continue;
      const { text, replies } = encodeItem(item, mode);
      sending.add(item.key, text, index, replies);
    }
    const answers = await this.run(sending);
    if (wanted === null)
      for (let index = 0; index < answers.length; index++) this.judge(outcome, index, answers[index] ?? null);
    else for (const index of wanted) this.judge(outcome, index, answers[index] ?? null);
  }

  private judge(outcome: PageOutcome, index: number, answer: Answer): void {
    // EXEC's answers, of which none is an error.
    if (answer === "OK" || Array.isArray(answer)) outcome.written++;
    // SET … NX found the key.
    else if (answer === null) outcome.present++;
    else if (answer instanceof ReplyError && answer.text.startsWith("BUSYKEY")) outcome.present++;
    else this.note(outcome, index, answer);
  }

  private note(outcome: PageOutcome, index: number, answer: Answer): void {
    if (answer instanceof NoAnswer) {
      outcome.refusal ??= answer.reason;
      if (!answer.notDone) outcome.unknown++;
    } else if (answer instanceof ReplyError && refusesAll.test(answer.text)) outcome.refusal ??= answer.text;
    else {
      const reason = answer instanceof ReplyError ? answer.text : `unexpected answer ${JSON.stringify(answer)}`;
      outcome.failed.push({ index, reason });
    }
  }

  private ask(items: readonly WarmItem[], encode: (item: WarmItem) => string): Promise<Answer[]> {
    const sending = new RedisSending(this.routes, this.patience, items.length);
    for (const [id, item] of items.entries()) sending.add(item.key, encode(item), id, 1);
    return this.run(sending);
  }

  private async run(sending: RedisSending): Promise<Answer[]> {
    const answers = await sending.run();
    this.#repeated += sending.repeated;
    return answers;
  }
}
