import { randomUUID } from "node:crypto";
import type { WarmItem } from "../../model/warm-manifest.js";
import { ReplyError } from "../../model/node-port.js";
import { encodeCommand } from "../../protocol/resp.js";
import {
  noOutcome,
  type CacheWriter,
  type PageOutcome,
  type ReadBack,
  type SampledItem,
  type WritePolicy,
} from "./cache-writer.js";
import { redisLockStore } from "./redis-lock.js";
import type { LockStore } from "./run-lock.js";
import { encodeGuarded } from "./encode-guarded.js";
import { encodeItem, type EncodedItem } from "./encode-item.js";
import { encodeLarge, largeCollection, temporaryName } from "./encode-large.js";
import { NoAnswer, type Patience } from "./no-answer.js";
import { RedisSending, type Answer } from "./redis-sending.js";
import { RedisRoutes } from "./redis-routes.js";
import type { Locate } from "./write-target.js";

const refusesAll = /^(?:OOM|NOPERM|NOAUTH|MISCONF|READONLY|CLUSTERDOWN|MASTERDOWN|NOREPLICAS|LOADING)\b/;

/** The run is over: nobody waits long for a look at what is there. */
const readBackPatienceMs = 5_000;

/** Of keys whose values may be long: so much is asked for at once. */
const readBackAtOnce = 20;

/** Servers and logins without scripts. */
const refusesScripts = /^NOPERM .*'eval'|^ERR unknown command .?EVAL\b/i;

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
  /** Names what is built up apart from any other run's, and item's. */
  readonly #token = randomUUID().slice(0, 8);
  #built = 0;

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

  async readBack(items: readonly SampledItem[]): Promise<(ReadBack | null)[]> {
    await this.routes.check();
    const patienceMs = Math.min(this.patience.patienceMs, readBackPatienceMs);
    const seen: (ReadBack | null)[] = [];
    for (let at = 0; at < items.length; at += readBackAtOnce) {
      const some = items.slice(at, at + readBackAtOnce);
      const answers = await this.ask(
        some,
        ({ key, text }) => encodeCommand(text === null ? "EXISTS" : "GET", key),
        // It changes nothing, whoever has the lock.
        { ...this.patience, patienceMs, mayWrite: () => true },
      );
      const noneAnswered = answers.every((answer) => answer instanceof NoAnswer);
      seen.push(...answers.map((answer, i) => judgeReadBack(answer, some[i]?.text ?? null)));
      if (noneAnswered) break;
    }
    return items.map((_, i) => seen[i] ?? null);
  }

  hasLost(): boolean {
    return this.routes.losses.length > 0;
  }

  losses(): string[] {
    return this.routes.losses;
  }

  lockStore(key: string): LockStore {
    // Its commands compare the token themselves.
    return redisLockStore(this.routes, { ...this.patience, mayWrite: () => true }, key);
  }

  notes(): string[] {
    return [
      ...this.routes.notes,
      ...(this.#repeated > 0
        ? [`${this.#repeated} requests were sent again because a connection was lost before their answers came.`]
        : []),
    ];
  }

  close(): void {
    this.routes.close();
  }

  /** Which items to write, by index: a first look, which keeps what is there from being sent. The last word is the write's own. */
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
    const sending = new RedisSending(this.routes, this.patience, items.length);
    for (const index of wanted ?? items.keys()) {
      const item = items[index];
      if (item === undefined) continue;
      const { text, replies } = this.encode(item);
      sending.add(item.key, text, index, replies);
    }
    const answers = await this.run(sending);
    if (wanted === null)
      for (let index = 0; index < answers.length; index++) this.judge(outcome, index, answers[index] ?? null);
    else for (const index of wanted) this.judge(outcome, index, answers[index] ?? null);
  }

  private encode(item: WarmItem): EncodedItem {
    const { policy } = this;
    const markMs = policy.kind === "overwrite" ? null : policy.kind === "only-missing" ? 0 : policy.ttlMs;
    const large = largeCollection(item);
    if (large !== null)
      return encodeLarge(item, large, markMs, temporaryName(item.key, `${this.#token}-${++this.#built}`));
    if (markMs === null) return encodeItem(item, "overwrite");
    // SET … NX and RESTORE tell by themselves whether the key is there.
    const tells = item.value.type === "string" || item.value.type === "restore";
    return markMs === 0 && tells ? encodeItem(item, "only-missing") : encodeGuarded(item, markMs);
  }

  private judge(outcome: PageOutcome, index: number, answer: Answer): void {
    // 1: a script's. An array: EXEC's answers, of which none is an error.
    if (answer === "OK" || answer === 1 || Array.isArray(answer)) outcome.written++;
    // SET … NX found the key, or a script did.
    else if (answer === null || answer === 0) outcome.present++;
    else if (answer instanceof ReplyError && answer.text.startsWith("BUSYKEY")) outcome.present++;
    else this.note(outcome, index, answer);
  }

  private note(outcome: PageOutcome, index: number, answer: Answer): void {
    if (answer instanceof NoAnswer) {
      outcome.refusal ??= answer.reason;
      if (!answer.notDone) outcome.unknown++;
      return;
    }
    const reason = answer instanceof ReplyError ? answer.text : `unexpected answer ${JSON.stringify(answer)}`;
    const refusal = answer instanceof ReplyError ? refusalOf(answer.text) : null;
    if (refusal === null) outcome.failed.push({ index, reason });
    else outcome.refusal ??= refusal;
  }

  private ask<T extends { key: string }>(
    items: readonly T[],
    encode: (item: T) => string,
    patience = this.patience,
  ): Promise<Answer[]> {
    const sending = new RedisSending(this.routes, patience, items.length);
    for (const [id, item] of items.entries()) sending.add(item.key, encode(item), id, 1);
    return this.run(sending);
  }

  private async run(sending: RedisSending): Promise<Answer[]> {
    const answers = await sending.run();
    this.#repeated += sending.repeated;
    return answers;
  }
}

/** @param text that was written; null: that the key is there is enough */
function judgeReadBack(answer: Answer, text: string | null): ReadBack | null {
  if (answer instanceof ReplyError || answer instanceof NoAnswer) return null;
  if (answer === null || answer === 0) return "gone";
  return text === null || answer === text ? "same" : "different";
}

/** What ends a run at once, since each further item would get the same answer; null: it concerns this item alone. */
function refusalOf(text: string): string | null {
  if (refusesScripts.test(text))
    return `${text}; items that are written only where they are missing or old, and collections of thousands of elements, need EVAL: allow it, or leave out --only-missing and --refresh-below`;
  // A cluster's redirections are followed, so this target is meant as one server.
  if (text.startsWith("MOVED "))
    return `${text}; it is a member of a cluster: name that as redis+cluster://HOST:PORT, or with \`kind: cluster\` in the profile`;
  return refusesAll.test(text) ? text : null;
}
