import { ConnectError, type ConnectCause } from "../model/errors.js";
import { explainServerError } from "../model/server-errors.js";

/** What was going on when a connection failed: decides how the error reads and what its hint suggests. */
export interface ConnectAttempt {
  /** Host:port or unix path as reports name it. */
  address: string;
  protocol: "Redis" | "Sentinel" | "Memcached";
  tls: boolean;
  timeoutMs: number;
  hasPassword: boolean;
}

/** Node's and OpenSSL's error codes that name their cause by themselves. */
const causeByCode: Record<string, ConnectCause> = {
  ECONNREFUSED: "refused",
  ETIMEDOUT: "timed-out",
  ENOTFOUND: "unknown-host",
  EAI_AGAIN: "unknown-host",
  EHOSTUNREACH: "network-unreachable",
  ENETUNREACH: "network-unreachable",
  EADDRNOTAVAIL: "network-unreachable",
  ENOENT: "socket-file",
  EACCES: "socket-file",
  ENOTSOCK: "socket-file",
  ECONNRESET: "closed",
  ECONNABORTED: "closed",
  EPIPE: "closed",
  EMFILE: "too-many-files",
  ENFILE: "too-many-files",
};

/** Turns whatever a socket, TLS, ioredis, memjs or the server said while connecting into one told-apart error. */
export function connectFailure(error: unknown, attempt: ConnectAttempt): ConnectError {
  if (error instanceof ConnectError) return error;
  const text = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  // ioredis asks for a report of what is only somebody else's protocol.
  const said = text.replace(/ Please report this\.?/, "");
  return describe(findCause(code, text, attempt), said, attempt, error);
}

/** The failure that a deadline of ours, not the operating system's, detected. */
export function timedOut(attempt: ConnectAttempt, error?: unknown): ConnectError {
  return describe("timed-out", "", attempt, error);
}

/** TCP stands, and the TLS hello got no answer in time. */
export function tlsUnanswered(attempt: ConnectAttempt): ConnectError {
  return describe("tls", `no answer to the TLS hello within ${seconds(attempt.timeoutMs)}`, attempt, undefined);
}

/** It hung up on plain text and answered a TLS hello. */
export function tlsExpected(attempt: ConnectAttempt): ConnectError {
  return describe("tls-expected", "", attempt, undefined);
}

/** The user or the run's own deadline called it off. */
export function aborted(attempt: ConnectAttempt): ConnectError {
  return describe("aborted", "", attempt, undefined);
}

function findCause(code: string, text: string, attempt: ConnectAttempt): ConnectCause {
  const byCode = causeByCode[code];
  if (byCode === "closed" && attempt.tls) return "tls";
  if (byCode !== undefined) return byCode;
  if (
    /^(ERR_SSL|ERR_TLS|ERR_OSSL|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|EPROTO)/.test(code) ||
    /\bSSL routines\b|certificate/i.test(text)
  )
    return "tls";
  return findCauseInText(text, attempt);
}

function findCauseInText(text: string, attempt: ConnectAttempt): ConnectCause {
  if (/^DENIED\b|protected mode/i.test(text)) return "protected-mode";
  if (/^ERR max number of clients|Too many open connections/i.test(text)) return "max-clients";
  if (/^WRONGPASS\b|invalid (username|password)|Auth failed|authentication fail(?:ed|ure)/i.test(text))
    return "wrong-password";
  if (/^NOAUTH\b|unauthenticated/i.test(text)) return "no-password";
  if (/^NOPERM\b/.test(text)) return "not-permitted";
  if (/DB index is out of range|SELECT is not allowed/i.test(text)) return "no-such-database";
  // Some TLS servers answer plain text with an alert record, whose first byte is 21; others hang up (tls-hello.ts).
  if (/RESP type 21\b/.test(text)) return "tls-expected";
  if (/RESP type|not the protocol|Protocol error/i.test(text)) return "not-the-protocol";
  if (/timed? ?out/i.test(text)) return "timed-out";
  if (/closed|ended|ECONNRESET/i.test(text)) return attempt.tls ? "tls" : "closed";
  return "not-the-protocol";
}

function describe(cause: ConnectCause, text: string, attempt: ConnectAttempt, error: unknown): ConnectError {
  const [sentence, hint] = wording[cause](attempt, firstLine(text));
  return new ConnectError(cause, sentence, hint, error);
}

type Wording = (attempt: ConnectAttempt, text: string) => [sentence: string, hint: string];

const wording: Record<ConnectCause, Wording> = {
  refused: ({ address, protocol }) => [
    `${address} refused the connection`,
    `Nothing listens there: check that ${protocol === "Memcached" ? "memcached" : "the server"} runs, and the host and port of the profile.`,
  ],
  "timed-out": ({ address, protocol, timeoutMs }) => [
    `${address} did not answer within ${seconds(timeoutMs)}`,
    protocol === "Memcached"
      ? "The host is down, a firewall drops the packets, or the server waits for another kind of login: auth: sasl (-S) or auth: ascii (-Y) with username and password in the profile."
      : "The host is down, a firewall drops the packets, or the server is stuck; raise timeouts.connect if the network is that slow.",
  ],
  "unknown-host": ({ address }) => [
    `the host name of ${address} cannot be resolved`,
    "Check the spelling of the host and the DNS of this machine.",
  ],
  "network-unreachable": ({ address }) => [
    `there is no route to ${address}`,
    "Check the network or VPN; for an address that only exists inside a container network, set natMap in the profile.",
  ],
  tls: ({ address }, text) => [`the TLS handshake with ${address} failed: ${tlsReason(text)}`, tlsHint(text)],
  "tls-expected": ({ address }) => [
    `${address} speaks TLS, and this profile does not`,
    "Use rediss:// instead of redis://, or set tls in the profile.",
  ],
  "wrong-password": ({ address, protocol }) => [
    `${address} rejected the user name or password${protocol === "Memcached" ? "" : " (WRONGPASS)"}`,
    "Check username and password in the profile; `cachectl profiles show` tells where the password is taken from.",
  ],
  "no-password": ({ address, protocol, hasPassword }) => [
    `${address} wants a password${protocol === "Memcached" ? "" : " (NOAUTH)"}`,
    hasPassword
      ? "The login that the profile gives was not accepted for this: check username and password."
      : "Set password in the profile, for example password: { env: REDIS_PASSWORD }, or CACHECTL_PASSWORD for a URL.",
  ],
  "not-permitted": ({ address }, text) => [
    `${address} does not let this login in: ${text}`,
    "Ask for an ACL with at least +ping +info +select on this server.",
  ],
  "protected-mode": ({ address }) => [
    `${address} is in protected mode and refuses connections from other hosts`,
    "Set a password (ACL SETUSER or requirepass) and a bind address on the server, or run cachectl on that host.",
  ],
  "max-clients": ({ address, protocol }) => [
    `${address} has reached its maximum number of clients`,
    protocol === "Memcached"
      ? "Close idle connections, or restart the server with a higher -c and file limit."
      : "Close idle connections or raise maxclients (CONFIG SET maxclients from a connection that is already open).",
  ],
  "no-such-database": ({ address }, text) => [
    `${address} has no such database: ${text}`,
    "Check database in the profile; a cluster has database 0 only (Valkey 9 excepted).",
  ],
  "too-many-files": ({ address }) => [
    `${address} was not tried: this machine lets no more files be opened`,
    "Raise the limit of open files (ulimit -n) where cachectl runs, or look at fewer targets at once.",
  ],
  "not-the-protocol": ({ address, protocol }, text) => [
    `${address} answered, but not as ${protocol} does${text === "" ? "" : ` (${text})`}`,
    `Check the port: something else, perhaps a web server or another cache, listens there.`,
  ],
  closed: ({ address }) => [
    `${address} closed the connection`,
    "The server may be shutting down, expect TLS (try rediss:// or tls in the profile), or sit behind a proxy whose backend is gone.",
  ],
  aborted: ({ address }) => [`the conversation with ${address} was interrupted`, "Run the command again."],
  "socket-file": ({ address }, text) => [
    `the socket ${address} cannot be opened: ${text}`,
    "Check the path (unixsocket in the server's configuration) and your permission to read and write it.",
  ],
};

function tlsReason(text: string): string {
  if (/wrong version number|packet length too long/i.test(text)) return "the server does not speak TLS";
  return text.replace(/^[0-9A-F]+:error:[0-9A-F]+:/i, "").replace(/:\.\.\/deps.*$/, "") || "the connection was closed";
}

function tlsHint(text: string): string {
  if (/wrong version number|packet length too long|no answer to the TLS hello/i.test(text))
    return "Use redis:// instead of rediss://, or the server's TLS port.";
  if (/self.signed|unable to|issuer|DEPTH_ZERO/i.test(text))
    return "Set tls.ca in the profile to the certificate of the authority that signed the server's.";
  if (/altnames|Hostname/i.test(text)) return "Set tls.servername in the profile to a name that the certificate holds.";
  if (/certificate required|handshake failure|bad certificate/i.test(text))
    return "The server wants a client certificate: set tls.cert and tls.key in the profile.";
  return "Check the tls settings of the profile; a port without TLS closes the connection like this too.";
}

function firstLine(text: string): string {
  return text.split(/\r?\n/, 1)[0]?.trim() ?? "";
}

function seconds(ms: number): string {
  return ms % 1000 === 0 ? `${ms / 1000} s` : `${ms} ms`;
}

/** The hint for a command that the server answered with an error. */
export function replyHint(text: string): string {
  return (
    explainServerError(text)?.resolution ??
    "`cachectl explain` lists the errors it knows; the server's log may say more."
  );
}
