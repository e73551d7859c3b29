import { setTimeout as wait } from "node:timers/promises";
import { CachectlError } from "../model/errors.js";
import { hashSlot } from "../model/hash-slot.js";
import { ReplyError, type BulkReply, type RedisBulkPort } from "../model/node-port.js";
import { encodeCommand } from "../protocol/resp.js";
import type { MoveMember } from "./move-types.js";

export type KeyCommand = [command: string, ...args: string[]];

/** Commands about one key, answered by whichever member owns it at the moment. */
export interface ClusterCaller {
  /** @throws CachectlError unreached where no member carries it out */
  call(command: KeyCommand): Promise<BulkReply>;
  /**
   * Two requests of which the second rests on the first, as EXEC does on WATCH: it goes over the very same connection, or not at
   * all. `next` makes it of the first one's replies; null: there is none. An error reply of any command rejects.
   *
   * @throws CachectlError unreached where no member carries out the first, or the second is refused or lost
   */
  pair(first: readonly KeyCommand[], next: Next): Promise<BulkReply[] | null>;
  close(): void;
}

type Next = (replies: BulkReply[]) => readonly KeyCommand[] | null;

/** Where a request was carried out. */
interface Place {
  member: Member;
  asking: boolean;
  connection: Promise<RedisBulkPort> | undefined;
}

type Member = Pick<MoveMember, "node" | "announced" | "address">;

/** Follows MOVED and ASK among `members` for commands on `key`. Connections of its own, made when they are needed. */
export function openClusterCaller(members: readonly Member[], key: string): ClusterCaller {
  return new KeyCaller(members, hashSlot(key));
}

/** More redirections than a slot that moves twice while it is asked for can give. */
const mostTries = 12;

class KeyCaller implements ClusterCaller {
  readonly #connections = new Map<Member, Promise<RedisBulkPort>>();
  #owner: Member | undefined;

  constructor(
    private readonly members: readonly Member[],
    private readonly slot: number,
  ) {}

  async call(command: KeyCommand): Promise<BulkReply> {
    const { replies } = await this.reach([command]);
    return replies[0] ?? null;
  }

  async pair(first: readonly KeyCommand[], next: Next): Promise<BulkReply[] | null> {
    const { replies, place } = await this.reach(first);
    const second = next(replies);
    if (second === null) return null;
    const { member, asking, connection } = place;
    if (this.#connections.get(member) !== connection)
      throw this.unreached(`${member.address}: the connection was lost`);
    const answer = await this.ask(member, second, asking);
    if (!Array.isArray(answer)) throw this.unreached(`${member.address}: ${answer}`);
    return answer;
  }

  private async reach(commands: readonly KeyCommand[]): Promise<{ replies: BulkReply[]; place: Place }> {
    let next = { member: this.#owner ?? this.members[0], asking: false };
    const untried = new Set(this.members);
    let failure = "no member of the cluster is known";
    for (let tries = 0; tries < mostTries && next.member !== undefined; tries++) {
      const { member, asking } = next;
      untried.delete(member);
      const answer = await this.ask(member, commands, asking);
      if (Array.isArray(answer)) {
        if (!asking) this.#owner = member;
        return { replies: answer, place: { member, asking, connection: this.#connections.get(member) } };
      }
      failure = `${member.address}: ${answer}`;
      const redirected = this.redirection(answer);
      if (redirected !== null) next = redirected;
      else if (/^(?:TRYAGAIN|LOADING)/.test(answer)) await wait(50, undefined, { ref: false });
      // Lost, or redirected to an address that nobody announced: somebody else may be the owner, or know it.
      else if (/^(?:MOVED|ASK) |^connection: /.test(answer)) next = { member: [...untried][0], asking: false };
      else break;
    }
    throw this.unreached(failure);
  }

  close(): void {
    for (const connection of this.#connections.values()) {
      void connection.then(
        (open) => open.close(),
        () => undefined,
      );
    }
  }

  private unreached(why: string): CachectlError {
    return new CachectlError(
      "unreached",
      "no-owner",
      why,
      `Look at slot ${this.slot} with \`cachectl cluster check\`.`,
    );
  }

  /** The replies, or the text of the first error. */
  private async ask(member: Member, commands: readonly KeyCommand[], asking: boolean): Promise<BulkReply[] | string> {
    // ASKING holds for one command, and for all of a transaction.
    const before = asking ? encodeCommand("ASKING") : "";
    const request = commands.map((command) => before + encodeCommand(...command)).join("");
    try {
      const connection = await this.connection(member);
      const replies = await connection.pipeline(request, commands.length * (asking ? 2 : 1));
      const error = replies.find((reply) => reply instanceof ReplyError);
      if (error instanceof ReplyError) return error.text;
      return asking ? replies.filter((_, index) => index % 2 === 1) : replies;
    } catch (error) {
      this.#connections.delete(member);
      return `connection: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  private connection(member: Member): Promise<RedisBulkPort> {
    let connection = this.#connections.get(member);
    if (connection === undefined) {
      connection = openReadWrite(member);
      this.#connections.set(member, connection);
    }
    return connection;
  }

  /** `MOVED 42 10.0.0.5:6379`, `ASK 42 10.0.0.5:6379`; null where no member announces that address. */
  private redirection(answer: string): { member: Member; asking: boolean } | null {
    const match = /^(MOVED|ASK) \d+ (.*):(\d+)$/.exec(answer);
    if (match === null) return null;
    const [, kind, host, port] = match;
    const same = this.members.filter(({ announced }) => announced.port === Number(port));
    const member = same.find(({ announced }) => announced.host === host) ?? (host === "" ? same[0] : undefined);
    return member === undefined ? null : { member, asking: kind === "ASK" };
  }
}

/**
 * Bulk connections may read from replicas. A member that was demoted under us would then answer GET from a copy that is not whole
 * yet, and a lock that is still held would look like none.
 */
async function openReadWrite({ node }: Member): Promise<RedisBulkPort> {
  const connection = await node.openBulk();
  await connection.call("READWRITE");
  return connection;
}
