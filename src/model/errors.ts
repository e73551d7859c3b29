/** The base of everything this program throws on purpose. `cli` prints `message` and `hint` and maps `kind` to an exit code. */
export class CachectlError extends Error {
  /** Stable and machine-readable, for example `profile-not-found`. */
  readonly code: string;
  /** The next step, as a full sentence. */
  readonly hint: string;
  readonly kind: ErrorKind;

  constructor(kind: ErrorKind, code: string, message: string, hint: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "CachectlError";
    this.kind = kind;
    this.code = code;
    this.hint = hint;
  }
}

/** usage and profile: exit 2 · unreached: exit 3 · change: exit 4 · interrupted: exit 130. */
export type ErrorKind = "usage" | "profile" | "unreached" | "change" | "interrupted";

/** Why a node could not be talked to. Told apart because each has another remedy. */
export type ConnectCause =
  | "refused"
  | "timed-out"
  | "unknown-host"
  | "network-unreachable"
  | "tls"
  | "tls-expected"
  | "wrong-password"
  | "no-password"
  | "not-permitted"
  | "protected-mode"
  | "max-clients"
  | "no-such-database"
  | "too-many-files"
  | "not-the-protocol"
  | "closed"
  | "aborted"
  | "socket-file";

/** A node could not be reached, or the conversation broke off. */
export class ConnectError extends CachectlError {
  readonly connectCause: ConnectCause;

  constructor(connectCause: ConnectCause, message: string, hint: string, cause?: unknown) {
    super(connectCause === "aborted" ? "interrupted" : "unreached", connectCause, message, hint, cause);
    this.name = "ConnectError";
    this.connectCause = connectCause;
  }
}

/** The server answered a command with an error. `replyCode` is its first word, such as `NOPERM`. */
export class ServerReplyError extends CachectlError {
  readonly replyCode: string;

  constructor(command: string, text: string, hint: string) {
    super("unreached", "server-reply", `${command}: ${text}`, hint);
    this.name = "ServerReplyError";
    this.replyCode = /^[A-Z]+(?= |$)/.exec(text)?.[0] ?? "ERR";
  }
}
