import { ServerReplyError } from "../../model/errors.js";
import { bytesOfText } from "../../model/key-name.js";
import { ReplyError, type BulkReply, type RedisBulkPort } from "../../model/node-port.js";
import type { LedgerClientKind } from "../../model/sentinel-drill.js";
import { encodeCommand } from "../../protocol/resp.js";

/** A write that a server has acknowledged. */
export interface AcknowledgedWrite {
  number: number;
  client: LedgerClientKind;
  /** Which node took it. */
  node: string;
  /** By the drill's clock. Milliseconds. */
  atMs: number;
}

/**
 * One hash of numbered writes under a key of its own, and what was acknowledged of them. Its expiry is set with every write, so
 * that it goes away by itself when the run is killed.
 */
export class Ledger {
  readonly acknowledged: AcknowledgedWrite[] = [];
  readonly #key: string;
  #last = 0;

  constructor(
    readonly key: string,
    private readonly ttlMs: number,
  ) {
    this.#key = bytesOfText(key);
  }

  /** Writes the next number. @throws ServerReplyError where it was refused, ConnectError where no answer came */
  async write(
    port: RedisBulkPort,
    client: LedgerClientKind,
    node: string,
    clock: { monotonicMs(): number },
  ): Promise<void> {
    const number = ++this.#last;
    const request = [
      encodeCommand("MULTI"),
      encodeCommand("HSET", this.#key, String(number), node),
      encodeCommand("PEXPIRE", this.#key, String(this.ttlMs)),
      encodeCommand("EXEC"),
    ].join("");
    const replies = await port.pipeline(request, 4);
    const refusal = firstError(replies);
    if (refusal !== null) throw new ServerReplyError("HSET", refusal.text, "");
    this.acknowledged.push({ number, client, node, atMs: clock.monotonicMs() });
  }

  /** The acknowledged writes that are not there. Read-only. */
  async missingAt(port: RedisBulkPort): Promise<AcknowledgedWrite[]> {
    const fields = await port.call("HKEYS", this.#key);
    const found = new Set(Array.isArray(fields) ? fields.map(String) : []);
    return this.acknowledged.filter(({ number }) => !found.has(String(number)));
  }

  /** Deletes the key. */
  async remove(port: RedisBulkPort): Promise<void> {
    await port.call("DEL", this.#key);
  }
}

/** EXEC answers with the replies of its commands, and with EXECABORT only after the error that caused it. */
function firstError(replies: readonly BulkReply[]): ReplyError | null {
  for (const reply of replies) {
    if (reply instanceof ReplyError) return reply;
    const inner = Array.isArray(reply) ? firstError(reply) : null;
    if (inner !== null) return inner;
  }
  return null;
}
