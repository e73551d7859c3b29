import { CachectlError } from "../../model/errors.js";
import type { NodeRef } from "../../model/cluster-topology.js";
import { ReplyError, type BulkReply, type RedisBulkPort } from "../../model/node-port.js";
import { KeyCommands } from "../../protocol/key-commands.js";
import { encodeCommand } from "../../protocol/resp.js";
import type { MoveMember } from "../move-types.js";

export type Command = readonly [string, ...string[]];

/** Connections to one member for commands that it sits on. */
const mostApart = 16;
/** Below this, a connection more costs more than it saves. */
const leastTogether = 4;

/**
 * What the mover says to one member, over connections of its own. Each lane is one connection, so that what one window waits
 * for does not hold up another's; a lost one is made anew with the next question.
 */
export class MemberLink {
  readonly #lanes = new Map<string, Promise<RedisBulkPort>>();

  /**
   * Valkey 8 carries SETSLOT out on its replicas first and answers when they have it, which takes milliseconds; it writes
   * nodes.conf once for all connections that wait by then, but once for each command of one connection.
   */
  readonly #sitsOnSetslot: boolean;

  constructor(readonly member: MoveMember) {
    this.#sitsOnSetslot = member.product === "valkey" && Number.parseInt(member.version ?? "0", 10) >= 8;
  }

  get id(): string {
    return this.member.id;
  }

  get address(): string {
    return this.member.address;
  }

  get ref(): NodeRef {
    return { id: this.member.id, address: this.member.address };
  }

  /** Replies in order, error replies as values. Rejects with ConnectError when the connection is lost or silent. */
  async ask(lane: string, commands: readonly Command[]): Promise<BulkReply[]> {
    if (commands.length === 0) return [];
    let request = "";
    for (const command of commands) request += encodeCommand(...command);
    return this.send(lane, request, commands.length);
  }

  /** One command for each key, its last argument: thousands of them. Rejects like `ask`. @param beginning by `commandBeginning` */
  async askOfEach(lane: string, beginning: Uint8Array, keys: readonly string[]): Promise<BulkReply[]> {
    const commands = new KeyCommands();
    commands.about(keys);
    for (let i = 0; i < keys.length; i++) commands.add(beginning, i);
    return this.send(lane, commands.request, keys.length);
  }

  private async send(lane: string, request: string | Uint8Array, count: number): Promise<BulkReply[]> {
    const connection = this.connection(lane);
    try {
      return await (await connection).pipeline(request, count);
    } catch (error) {
      if (this.#lanes.get(lane) === connection) this.#lanes.delete(lane);
      throw error;
    }
  }

  /**
   * The same for commands none of which needs another's effect, and each of which the server may sit on: they go over several
   * connections. All have come to rest before it rejects, so that none is carried out later beside the next try.
   */
  async askApart(lane: string, commands: readonly Command[]): Promise<BulkReply[]> {
    const width = this.#sitsOnSetslot ? Math.min(mostApart, Math.ceil(commands.length / leastTogether)) : 1;
    if (width <= 1) return this.ask(lane, commands);
    const parts = await Promise.allSettled(
      Array.from({ length: width }, (_, part) =>
        this.ask(
          `apart-${part}`,
          commands.filter((_, index) => index % width === part),
        ),
      ),
    );
    const failed = parts.find((part) => part.status === "rejected");
    if (failed !== undefined) throw failed.reason as unknown;
    return commands.map((_, index) => {
      const part = parts[index % width];
      return (part?.status === "fulfilled" ? part.value[Math.floor(index / width)] : null) ?? null;
    });
  }

  async askOne(lane: string, ...command: [string, ...string[]]): Promise<BulkReply> {
    return (await this.ask(lane, [command]))[0] ?? null;
  }

  close(): void {
    for (const connection of this.#lanes.values()) {
      void connection.then(
        (open) => open.close(),
        () => undefined,
      );
    }
    this.#lanes.clear();
  }

  private connection(lane: string): Promise<RedisBulkPort> {
    let connection = this.#lanes.get(lane);
    if (connection === undefined) {
      connection = this.member.node.openBulk();
      this.#lanes.set(lane, connection);
    }
    return connection;
  }
}

/** The conversation broke off or could not begin; what was asked may have been done. The run's own end is something else. */
export function isLost(error: unknown): error is CachectlError {
  return error instanceof CachectlError && error.kind === "unreached";
}

export function errorText(reply: BulkReply | undefined): string | null {
  return reply instanceof ReplyError ? reply.text : null;
}

/** The first error among replies, with its place. */
export function firstError(replies: readonly BulkReply[]): { index: number; text: string } | null {
  const index = replies.findIndex((reply) => reply instanceof ReplyError);
  const text = errorText(replies[index]);
  return text === null ? null : { index, text };
}
