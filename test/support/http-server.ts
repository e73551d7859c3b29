import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll } from "vitest";

/** Answers one request; may do anything to the connection. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A local HTTP server whose every path is a behaviour of the test's own. */
export class TestHttpServer {
  /** Path with query, of every request so far. */
  readonly asked: string[] = [];
  readonly #answers = new Map<string, Answer[]>();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const url = request.url ?? "";
      this.asked.push(url);
      const answers = this.#answers.get(url) ?? [];
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      if (answer === undefined) response.writeHead(404).end();
      else answer(request, response);
    });
  }

  /** Listens on a free loopback port until the test file ends. */
  static async start(): Promise<TestHttpServer> {
    const server = new TestHttpServer();
    server.#server.listen(0, "127.0.0.1");
    await once(server.#server, "listening");
    afterAll(() => {
      server.#server.closeAllConnections();
      server.#server.close();
    });
    return server;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The first request gets the first answer, and so on; the last one is for all that follow. Gives the URL. */
  on(path: string, ...answers: Answer[]): string {
    this.#answers.set(path, answers);
    return this.origin + path;
  }
}

export function json(document: unknown, headers: Record<string, string> = {}): Answer {
  return (_, response) => {
    response.writeHead(200, { "content-type": "application/json", ...headers }).end(JSON.stringify(document));
  };
}

export function status(code: number, headers: Record<string, string> = {}): Answer {
  return (_, response) => {
    response.writeHead(code, headers).end("not this");
  };
}

/** Bytes as they are, head included; then the connection is closed. */
export function raw(bytes: string | Buffer): Answer {
  return (_, response) => {
    response.socket?.end(bytes);
  };
}
