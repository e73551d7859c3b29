import { Agent as HttpAgent, request as requestHttp, type ClientRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import { FetchFailure } from "./fetch-failure.js";
import type { FetchSettings } from "./fetch-settings.js";
import { readBody } from "./read-body.js";

/** What came back, its body whole and unpacked. */
export interface Answer {
  status: number;
  headers: IncomingMessage["headers"];
  body: Buffer;
  /** The end of the body was said by the server, not only by the end of the connection. */
  framed: boolean;
}

/** Connections kept open between requests, as many as there are requests at the same time. */
export class Agents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;

  constructor(sockets: number) {
    this.http = new HttpAgent({ keepAlive: true, maxSockets: sockets });
    this.https = new HttpsAgent({ keepAlive: true, maxSockets: sockets });
  }

  close(): void {
    this.http.destroy();
    this.https.destroy();
  }
}

/**
 * One GET, without retries and redirects. Own use of node:http rather than `fetch`: it tells a body that was cut off from a
 * whole one, and the three time-outs apart.
 *
 * @throws FetchFailure
 */
export async function requestOnce(
  url: URL,
  headers: Readonly<Record<string, string>>,
  settings: FetchSettings,
  agents: Agents,
  signal: AbortSignal,
): Promise<Answer> {
  const { tls, connectTimeoutMs, firstByteTimeoutMs, timeoutMs } = settings;
  const isHttps = url.protocol === "https:";
  const secure = { rejectUnauthorized: !tls.insecure, ...(tls.ca === null ? {} : { ca: tls.ca }) };
  const request = isHttps
    ? requestHttps(url, { headers, agent: agents.https, signal, ...secure })
    : requestHttp(url, { headers, agent: agents.http, signal });
  const timers = new Timers(request);
  timers.set("whole", timeoutMs, `took longer than ${timeoutMs} ms`);
  timers.set("connect", connectTimeoutMs, `no connection within ${connectTimeoutMs} ms`);
  const connected = (): void => {
    timers.clear("connect");
    timers.set("first byte", firstByteTimeoutMs, `no answer within ${firstByteTimeoutMs} ms`);
  };
  request.once("socket", (socket) => {
    if (!socket.connecting) return connected();
    socket.once(isHttps ? "secureConnect" : "connect", connected);
  });
  let response: IncomingMessage | undefined;
  try {
    response = await answerOf(request);
    timers.response = response;
    timers.clear("connect");
    timers.clear("first byte");
    const body = await readBody(response, settings.maxBodyBytes);
    const { "content-length": length, "transfer-encoding": coding } = response.headers;
    const framed = length !== undefined || coding !== undefined;
    return { status: response.statusCode ?? 0, headers: response.headers, body, framed };
  } catch (error) {
    throw failureOf(error);
  } finally {
    timers.clearAll();
    // Of an answer that was not read to its end, the rest is not waited for.
    if (response?.complete !== true) request.destroy();
  }
}

function answerOf(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once("response", resolve);
    request.on("error", reject);
    // The only word on an upgrade that nobody has asked for.
    request.once("close", () => reject(new FetchFailure("the connection was closed without an answer", true)));
    request.end();
  });
}

/** Each ends the request with what it says. */
class Timers {
  readonly #timers = new Map<string, NodeJS.Timeout>();

  /** Once it has begun, its reader is to be told as well. */
  response: IncomingMessage | undefined;

  constructor(private readonly request: ClientRequest) {}

  set(name: string, ms: number, says: string): void {
    const end = (): void => {
      const failure = new FetchFailure(says, true);
      this.response?.destroy(failure);
      this.request.destroy(failure);
    };
    this.#timers.set(name, setTimeout(end, ms));
  }

  clear(name: string): void {
    clearTimeout(this.#timers.get(name));
  }

  clearAll(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }
}

/** Names that do not exist and certificates that are not trusted stay so; what else breaks may pass. */
function failureOf(error: unknown): FetchFailure {
  if (error instanceof FetchFailure) return error;
  const code = typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
  const said =
    error instanceof AggregateError
      ? String(error.errors[0] ?? code)
      : error instanceof Error
        ? error.message
        : String(error);
  const lasting = /^(ENOTFOUND|ERR_TLS|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|ERR_INVALID)/.test(code);
  return new FetchFailure(said === "" ? code : said, !lasting);
}
