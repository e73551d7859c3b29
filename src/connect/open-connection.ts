import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { ServerReplyError } from "../model/errors.js";
import type { Endpoint } from "../model/node.js";
import type { TlsSettings } from "../model/profile.js";
import { aborted, connectFailure, timedOut, tlsUnanswered, type ConnectAttempt } from "./connect-failure.js";
import { withDeadline } from "./deadline.js";
import { explainHangUp } from "./tls-hello.js";
import { tlsOptions } from "./tls-options.js";

/** What a connection of our own is: made around a socket that is still being opened, and ended with an error. */
export interface SocketConnection {
  fail(error: Error): void;
}

/**
 * Opens a socket, makes a connection of it and logs in, all within the connect timeout. From then on `signal` ends it.
 *
 * @throws ConnectError with the cause told apart; ServerReplyError where the server talks and refuses something else
 */
export async function openConnection<C extends SocketConnection>(
  endpoint: Endpoint,
  tls: TlsSettings | null,
  attempt: ConnectAttempt,
  signal: AbortSignal,
  { make, logIn }: { make: (socket: Socket) => C; logIn: (connection: C) => Promise<void> },
): Promise<C> {
  const startedAt = performance.now();
  let socket: Socket | undefined;
  let connection: C | undefined;
  let inHandshake = false;
  try {
    const opened = await withDeadline(
      async () => {
        // Unreadable certificates make node:tls throw here.
        socket = openSocket(endpoint, tls);
        socket.once("connect", () => (inHandshake = tls !== null));
        socket.once("secureConnect", () => (inHandshake = false));
        connection = make(socket);
        await logIn(connection);
        return { socket, connection };
      },
      attempt.timeoutMs,
      signal,
      (why) => (why === "aborted" ? aborted(attempt) : inHandshake ? tlsUnanswered(attempt) : timedOut(attempt)),
    );
    endWith(signal, opened.socket, () => opened.connection.fail(aborted(attempt)));
    return opened.connection;
  } catch (error) {
    if (error instanceof ServerReplyError) {
      connection?.fail(error);
      throw error;
    }
    const failure = connectFailure(error, attempt);
    connection?.fail(failure);
    const leftMs = attempt.timeoutMs - (performance.now() - startedAt);
    throw await explainHangUp(failure, endpoint, attempt, leftMs, signal);
  }
}

/** Begins to dial; nothing listens for the outcome yet. */
export function openSocket(endpoint: Endpoint, tls: TlsSettings | null): Socket {
  return tls === null ? connectTcp({ ...endpoint }) : connectTls({ ...endpoint, ...tlsOptions(endpoint, tls) });
}

/** A run opens many such connections under one signal, so each takes its listener away again. */
function endWith(signal: AbortSignal, socket: Socket, end: () => void): void {
  signal.addEventListener("abort", end, { once: true });
  socket.once("close", () => signal.removeEventListener("abort", end));
}
