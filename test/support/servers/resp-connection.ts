import { connect, type Socket } from "node:net";
import type { RedisCalls } from "../../../src/demo/redis-calls.js";
import { ServerReplyError } from "../../../src/model/errors.js";
import type { Reply } from "../../../src/model/node-port.js";

interface Waiting {
  command: string;
  resolve: (reply: Reply) => void;
  reject: (error: Error) => void;
}

const callTimeoutMs = 10_000;

/** A plain RESP2 conversation, apart from the program's own clients so that tests do not check a client with itself. */
export class RespConnection implements RedisCalls {
  readonly #socket: Socket;
  readonly #waiting: Waiting[] = [];
  #received: Buffer = Buffer.alloc(0);
  #closed: Error | undefined;

  constructor(port: number, host = "127.0.0.1") {
    this.#socket = connect({ port, host });
    this.#socket.setNoDelay(true);
    this.#socket.on("data", (chunk: Buffer) => this.#take(chunk));
    this.#socket.on("error", (error) => this.#fail(error));
    this.#socket.on("close", () => this.#fail(new Error(`the connection to ${host}:${port} was closed`)));
  }

  get isOpen(): boolean {
    return this.#closed === undefined;
  }

  call(command: string, ...args: string[]): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (this.#closed !== undefined) return reject(this.#closed);
      const timer = setTimeout(
        () => this.#fail(new Error(`${command}: no answer within ${callTimeoutMs / 1000} s`)),
        callTimeoutMs,
      );
      this.#waiting.push({
        command,
        resolve: (reply) => {
          clearTimeout(timer);
          resolve(reply);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      });
      const parts = [command, ...args].map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`);
      this.#socket.write(`*${parts.length}\r\n${parts.join("")}`);
    });
  }

  close(): void {
    this.#fail(new Error("closed by the test"));
  }

  #take(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    for (;;) {
      const parsed = parseReply(this.#received, 0);
      if (parsed === null) return;
      this.#received = this.#received.subarray(parsed.end);
      const waiting = this.#waiting.shift();
      if (waiting === undefined) return this.#fail(new Error("an answer nobody asked for"));
      if (parsed.reply instanceof ReplyError)
        waiting.reject(new ServerReplyError(waiting.command, parsed.reply.text, "See the test."));
      else waiting.resolve(parsed.reply);
    }
  }

  #fail(error: Error): void {
    this.#closed ??= error;
    this.#socket.destroy();
    for (const { reject } of this.#waiting.splice(0)) reject(this.#closed);
  }
}

class ReplyError {
  constructor(readonly text: string) {}
}

interface Parsed<T> {
  reply: T;
  end: number;
}

/** Null: not all there yet. */
function parseReply(data: Buffer, start: number): Parsed<Reply | ReplyError> | null {
  const lineEnd = data.indexOf("\r\n", start);
  if (lineEnd === -1) return null;
  const line = data.toString("utf8", start + 1, lineEnd);
  const next = lineEnd + 2;
  switch (data.toString("latin1", start, start + 1)) {
    case "+":
      return { reply: line, end: next };
    case "-":
      return { reply: new ReplyError(line), end: next };
    case ":":
      return { reply: Number(line), end: next };
    case "$":
      return parseBulk(data, next, Number(line));
    case "*":
      return parseArray(data, next, Number(line));
    default:
      throw new Error(`not RESP2: ${line}`);
  }
}

function parseBulk(data: Buffer, start: number, length: number): Parsed<Reply> | null {
  if (length === -1) return { reply: null, end: start };
  const end = start + length + 2;
  return end > data.length ? null : { reply: data.toString("utf8", start, end - 2), end };
}

/** An error inside an array (EXEC) becomes its text: tests that care look for it there. */
function parseArray(data: Buffer, start: number, count: number): Parsed<Reply> | null {
  if (count === -1) return { reply: null, end: start };
  const items: Reply[] = [];
  let end = start;
  for (let i = 0; i < count; i++) {
    const item = parseReply(data, end);
    if (item === null) return null;
    items.push(item.reply instanceof ReplyError ? item.reply.text : item.reply);
    end = item.end;
  }
  return { reply: items, end };
}
