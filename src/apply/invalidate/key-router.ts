import type { Clock } from "../../model/clock.js";
import { CachectlError } from "../../model/errors.js";
import { hashSlot } from "../../model/hash-slot.js";
import { ReplyError, type BulkReply } from "../../model/node-port.js";
import { encodeCommand } from "../../protocol/resp.js";
import { SlotMap, type KeyOwner } from "./key-owner.js";
import { OwnerConnections } from "./owner-connections.js";

export type Words = readonly [command: string, ...args: string[]];

export interface RouterDeps {
  clock: Clock;
  /** Whose the keys are now. May reject while nobody answers. */
  lookAgain(): Promise<readonly KeyOwner[]>;
  /** Nobody is waited for any more. */
  stopRequested: AbortSignal;
}

export interface Answer {
  reply: BulkReply;
  /** Which process answered, over which connection: a cursor of one means nothing to another. */
  from: string;
}

/** Something to be asked of the owner of `slot`, and how its answer is read out of the replies. */
interface Unit {
  slot: number | null;
  request: string;
  count: number;
  read(replies: BulkReply[]): BulkReply;
}

/** How long an owner may be away: a restart, or a failover with the default node timeout of 15 s. */
const patienceMs = 45_000;
const mostHops = 12;
const firstWaitMs = 50;
const longestWaitMs = 1_000;
const firstRestMs = 500;
const longestRestMs = 5_000;

/** Worth another try a little later, or somebody else's by then. */
const passing = /^(TRYAGAIN|CLUSTERDOWN|LOADING|MASTERDOWN|BUSY|READONLY)\b/;

/** The server, or the login, refuses every write alike: going on would only be refused again. */
const refusesAll = /^(NOREPLICAS|MISCONF)\b|^NOPERM .*permissions to run/;

/** How an answer begins that no server gave: the keys are as they were, as far as anybody knows. */
const unreached = "UNREACHED";

/**
 * Commands about keys, each carried out by whoever owns its key at the moment: MOVED and ASK are followed, a lost connection is
 * opened again, and a node that was demoted, restarted or taken over is waited for. Writes what it is given.
 *
 * A command whose answer was lost is sent again, so it must be one that may be carried out twice.
 */
export class KeyRouter {
  /** Connections that broke off, and owners that changed under way. */
  interruptions = 0;
  /** Why an owner was given up, as a clause; null: none was. What it owns is then not asked any more. */
  givenUp: string | null = null;
  #map: SlotMap;
  #longestMs = 0;
  readonly #connections = new OwnerConnections();

  constructor(
    owners: readonly KeyOwner[],
    private readonly deps: RouterDeps,
  ) {
    this.#map = new SlotMap(owners);
  }

  get isCluster(): boolean {
    return this.#map.isCluster;
  }

  get owners(): readonly KeyOwner[] {
    return this.#map.owners;
  }

  /** Slots of a cluster whose keys nobody can be asked about. */
  get uncovered(): number {
    return this.#map.uncovered;
  }

  /** One reply for each command, in order. An error reply is a value. */
  async run(commands: readonly (readonly [key: string, words: Words])[]): Promise<BulkReply[]> {
    return (await this.ask(commands.map(([key, words]) => this.unit(key, words)))).map(({ reply }) => reply);
  }

  async one(key: string, ...words: Words): Promise<Answer> {
    const [answer] = await this.ask([this.unit(key, words)]);
    return answer ?? { reply: null, from: "" };
  }

  /** All of them or none, on the owner of `key`. The replies of EXEC, or the error that kept it from them. */
  async transaction(key: string, commands: readonly Words[]): Promise<BulkReply> {
    const all = [["MULTI"], ...commands, ["EXEC"]] as Words[];
    const unit: Unit = {
      slot: this.slotOf(key),
      request: all.map((words) => encodeCommand(...words)).join(""),
      count: all.length,
      // EXEC only says that it did not happen; why is in the answer to what was refused.
      read: (replies) => replies.slice(0, -1).find((reply) => reply instanceof ReplyError) ?? replies.at(-1) ?? null,
    };
    return (await this.ask([unit]))[0]?.reply ?? null;
  }

  /** One command to one owner, whatever key it is about. @throws what the connection throws */
  async direct(owner: KeyOwner, ...words: Words): Promise<BulkReply> {
    const { port } = await this.#connections.to(owner);
    try {
      return (await port.pipeline(encodeCommand(...words), 1))[0] ?? null;
    } catch (error) {
      this.#connections.drop(owner);
      throw error;
    }
  }

  /** The longest that one owner took to answer one request, with the way there and back, since this was asked last. Milliseconds. */
  takeLongestMs(): number {
    const longestMs = this.#longestMs;
    this.#longestMs = 0;
    return longestMs;
  }

  /** What was given up before may answer by now. */
  tryAgain(): void {
    this.givenUp = null;
  }

  close(): void {
    this.#connections.close();
  }

  /** Looks who owns what. @returns whether that is another map than before, or slots are on their way */
  async refresh(): Promise<boolean> {
    const before = mapText(this.#map.owners);
    const owners = await this.deps.lookAgain();
    this.#map = new SlotMap(owners);
    return mapText(owners) !== before || owners.some(({ slotsMoving }) => slotsMoving);
  }

  /** Waits until every key has an owner that answers. @returns false when that takes too long, or nobody wants to wait any more */
  async waitForOwners(): Promise<boolean> {
    const { clock, stopRequested } = this.deps;
    const endMs = clock.monotonicMs() + patienceMs;
    for (let waitMs = firstWaitMs; clock.monotonicMs() < endMs; waitMs = Math.min(2 * waitMs, longestWaitMs)) {
      if (stopRequested.aborted) return false;
      await clock.sleep(waitMs);
      try {
        await this.refresh();
        const pongs = await Promise.all(this.owners.map((owner) => this.direct(owner, "PING")));
        if (this.uncovered === 0 && pongs.every((pong) => pong === "PONG")) return true;
      } catch (error) {
        if (!(error instanceof CachectlError)) throw error;
      }
    }
    return false;
  }

  /** Waits for slots on the move to come to rest: a moment, and longer the more often it was waited before. A stop ends it. */
  async waitForRest(waitedBefore: number): Promise<void> {
    const { clock, stopRequested } = this.deps;
    const endMs = clock.monotonicMs() + Math.min(firstRestMs * 2 ** waitedBefore, longestRestMs);
    for (let leftMs = endMs - clock.monotonicMs(); leftMs > 0; leftMs = endMs - clock.monotonicMs()) {
      if (stopRequested.aborted) return;
      await clock.sleep(Math.min(leftMs, 100));
    }
  }

  private slotOf(key: string): number | null {
    return this.isCluster ? hashSlot(key) : null;
  }

  private unit(key: string, words: Words): Unit {
    return { slot: this.slotOf(key), request: encodeCommand(...words), count: 1, read: ([reply]) => reply ?? null };
  }

  private async ask(units: readonly Unit[]): Promise<Answer[]> {
    const answers = new Array<Answer | undefined>(units.length);
    let open: { index: number; asking: KeyOwner | null }[] = units.map((_, index) => ({ index, asking: null }));
    let deadlineMs = this.deps.clock.monotonicMs() + patienceMs;
    let hops = 0;
    for (let waitMs = firstWaitMs; ; waitMs = Math.min(2 * waitMs, longestWaitMs)) {
      const before = open.length;
      const { again, why } = await this.round(units, open, answers);
      if (again.length === 0) return answers as Answer[];
      if (again.length < before) deadlineMs = this.deps.clock.monotonicMs() + patienceMs;
      open = again;
      // Only redirected: the next one is asked at once, unless two nodes name each other.
      if (why === null && ++hops < mostHops) continue;
      hops = 0;
      if (this.deps.stopRequested.aborted || this.givenUp !== null || this.deps.clock.monotonicMs() > deadlineMs) {
        const reason = why ?? "its nodes send each key from one to another";
        this.givenUp ??= reason;
        for (const { index } of open) answers[index] = { reply: new ReplyError(`${unreached} ${reason}`), from: "" };
        return answers as Answer[];
      }
      await this.deps.clock.sleep(waitMs);
      // Whoever cannot be found just now may be there at the next try.
      await this.refresh().catch(() => false);
      open = open.map(({ index }) => ({ index, asking: null }));
    }
  }

  /** Asks all that is open once; gives what is to be asked again, and why that has to wait. */
  private async round(
    units: readonly Unit[],
    open: readonly { index: number; asking: KeyOwner | null }[],
    answers: (Answer | undefined)[],
  ): Promise<{ again: { index: number; asking: KeyOwner | null }[]; why: string | null }> {
    const again: { index: number; asking: KeyOwner | null }[] = [];
    let why: string | null = null;
    const groups = new Map<string, { owner: KeyOwner; asking: boolean; items: typeof again }>();
    for (const item of open) {
      const slot = units[item.index]?.slot ?? null;
      const owner = item.asking ?? this.#map.ownerOf(slot);
      if (owner === undefined) {
        again.push({ index: item.index, asking: null });
        why = slot === null ? "no primary is known" : `nobody owns slot ${slot}`;
        continue;
      }
      const id = `${owner.node.identity.address}${item.asking === null ? "" : " asking"}`;
      const group = groups.get(id) ?? { owner, asking: item.asking !== null, items: [] };
      group.items.push(item);
      groups.set(id, group);
    }
    await Promise.all(
      [...groups.values()].map(async ({ owner, asking, items }) => {
        const sent = items.map(({ index }) => units[index] as Unit);
        const replies = await this.send(owner, sent, asking);
        for (const [i, { index }] of items.entries()) {
          if (typeof replies === "string") {
            again.push({ index, asking: null });
            why = replies;
            continue;
          }
          const answer = replies[i] as Answer;
          const next = this.redirection(answer.reply, sent[i]?.slot ?? null, owner);
          if (next === null) answers[index] = answer;
          else {
            again.push({ index, asking: next.asking });
            why = next.why ?? why;
          }
        }
      }),
    );
    return { again, why };
  }

  /** The answers, or why there are none. */
  private async send(owner: KeyOwner, units: readonly Unit[], asking: boolean): Promise<Answer[] | string> {
    const before = asking ? encodeCommand("ASKING") : "";
    try {
      const { port, from } = await this.#connections.to(owner);
      const count = units.reduce((sum, unit) => sum + unit.count + (asking ? 1 : 0), 0);
      const { clock } = this.deps;
      const startedMs = clock.monotonicMs();
      const replies = await port.pipeline(units.map(({ request }) => before + request).join(""), count);
      this.#longestMs = Math.max(this.#longestMs, clock.monotonicMs() - startedMs);
      let at = 0;
      return units.map((unit) => {
        if (asking) at++;
        const own = replies.slice(at, at + unit.count);
        at += unit.count;
        return { reply: unit.read(own), from };
      });
    } catch (error) {
      if (!(error instanceof CachectlError)) throw error;
      this.#connections.drop(owner);
      this.interruptions++;
      return error.message;
    }
  }

  /** What an answer that is none asks for; null: it is one. */
  private redirection(
    reply: BulkReply,
    slot: number | null,
    asked: KeyOwner,
  ): { asking: KeyOwner | null; why: string | null } | null {
    if (!(reply instanceof ReplyError)) return null;
    const { text } = reply;
    if (passing.test(text)) {
      // Demoted: what it had not handed on to its successor is lost.
      if (text.startsWith("READONLY")) this.interruptions++;
      return { asking: null, why: `${asked.node.identity.address}: ${text}` };
    }
    if (refusesAll.test(text)) this.givenUp ??= `${asked.node.identity.address}: ${text}`;
    const match = /^(MOVED|ASK) \d+ (\S+)$/.exec(text);
    if (match?.[2] === undefined || slot === null) return null;
    const owner = this.#map.named(match[2], asked);
    if (owner === undefined) return { asking: null, why: `${asked.node.identity.address}: ${text}` };
    if (match[1] === "ASK") return { asking: owner, why: null };
    this.#map.moved(slot, owner);
    // Two nodes that name each other would be asked for ever.
    return owner === asked ? { asking: null, why: text } : { asking: null, why: null };
  }
}

/** Whether a server answered at all. */
export function isUnreached(reply: BulkReply): reply is ReplyError {
  return reply instanceof ReplyError && reply.text.startsWith(unreached);
}

/** An error reply as a clause for a report. */
export function failureText({ text }: ReplyError): string {
  return text.startsWith(unreached) ? text.slice(unreached.length + 1) : text;
}

function mapText(owners: readonly KeyOwner[]): string {
  return owners
    .map(({ node, slots }) => `${node.identity.address} ${JSON.stringify(slots)}`)
    .sort()
    .join("\n");
}
