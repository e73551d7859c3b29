import { ConnectError } from "../model/errors.js";
import { formatEndpoint, type Endpoint } from "../model/node.js";
import type { MemcachedPort } from "../model/node-port.js";
import type { Profile } from "../model/profile.js";
import { aborted, connectFailure, timedOut, type ConnectAttempt } from "./connect-failure.js";
import { withDeadline } from "./deadline.js";
import { MemcachedSasl } from "./memcached-sasl.js";
import { MemcachedText } from "./memcached-text.js";
import { explainHangUp } from "./tls-hello.js";

export interface OpenMemcached extends MemcachedPort {
  close(): void;
}

/** The part of a connection that the two protocols share. */
interface Session {
  stats(section: string): Promise<Record<string, string>>;
  version(): Promise<string>;
  close(): void;
}

type Settings = Pick<Profile, "credentials" | "memcachedLogin" | "tls" | "timeouts">;

/**
 * Opens one connection to one Memcached server, logs in where the profile says so, and asks for its version. Read-only.
 *
 * @throws ConnectError with the cause told apart, within `timeouts.connectMs` whatever the network does.
 */
export async function openMemcached(
  endpoint: Endpoint,
  settings: Settings,
  signal: AbortSignal,
): Promise<OpenMemcached> {
  const attempt: ConnectAttempt = {
    address: formatEndpoint(endpoint),
    protocol: "Memcached",
    tls: settings.tls !== null,
    timeoutMs: settings.timeouts.connectMs,
    hasPassword: settings.credentials !== null,
  };
  const startedAt = performance.now();
  const cutOff = new AbortController();
  const begin = async () => {
    const session = await openSession(endpoint, settings, attempt, AbortSignal.any([signal, cutOff.signal]));
    const connectedAt = performance.now();
    const version = await session.version();
    return { session, version, connectMs: connectedAt - startedAt, pingMs: performance.now() - connectedAt };
  };
  try {
    const opened = await withDeadline(begin, settings.timeouts.connectMs, signal, (why) =>
      why === "deadline" ? timedOut(attempt) : aborted(attempt),
    );
    return {
      greeting: { connectMs: opened.connectMs, pingMs: opened.pingMs, pingError: null },
      version: () => Promise.resolve(opened.version),
      stats: (section) => opened.session.stats(section ?? ""),
      close: () => opened.session.close(),
    };
  } catch (error) {
    cutOff.abort();
    // A full server says so in answer to the first command, a wrong token in answer to the login, and unreadable
    // certificates make node:tls throw.
    const leftMs = settings.timeouts.connectMs - (performance.now() - startedAt);
    throw await explainHangUp(connectFailure(error, attempt), endpoint, attempt, leftMs, signal);
  }
}

/** memjs speaks no TLS: going on would send the password in clear text. */
function saslOverTls({ address }: ConnectAttempt): ConnectError {
  return new ConnectError(
    "tls",
    `a SASL login to ${address} over TLS is not possible`,
    "Set auth: ascii in the profile for a server started with -Y, or leave out tls where the network is trusted.",
  );
}

async function openSession(
  endpoint: Endpoint,
  settings: Settings,
  attempt: ConnectAttempt,
  signal: AbortSignal,
): Promise<Session> {
  const { credentials, memcachedLogin, tls, timeouts } = settings;
  if (credentials !== null && memcachedLogin === "sasl" && "host" in endpoint) {
    if (tls !== null) throw saslOverTls(attempt);
    const sasl = await MemcachedSasl.create(endpoint, credentials, attempt, timeouts.commandMs);
    signal.addEventListener("abort", () => sasl.abort(), { once: true });
    return {
      stats: (section) => sasl.stats(section),
      version: async () => (await sasl.stats(""))["version"] ?? "unknown",
      close: () => sasl.close(),
    };
  }
  const text = await MemcachedText.connect(endpoint, tls, attempt, timeouts.commandMs, signal);
  if (credentials !== null) await text.authenticate(credentials.username ?? "", credentials.password.reveal());
  return {
    stats: (section) => text.stats(`stats ${section}`.trim()),
    version: async () => (await text.send("version")).replace(/^VERSION /, ""),
    close: () => text.close(),
  };
}
