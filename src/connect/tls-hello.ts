import { connect } from "node:tls";
import type { ConnectError } from "../model/errors.js";
import type { Endpoint } from "../model/node.js";
import { tlsExpected, type ConnectAttempt } from "./connect-failure.js";

/**
 * A server that expects TLS hangs up on a plain client without a word. So when one hangs up while the login goes on, a TLS
 * hello on a connection of its own tells whether that was why. Nothing else is sent.
 *
 * @returns the failure as it was, or the one that names TLS; never later than `timeoutMs`
 */
export async function explainHangUp(
  failure: ConnectError,
  endpoint: Endpoint,
  attempt: ConnectAttempt,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<ConnectError> {
  if (failure.connectCause !== "closed" || attempt.tls || "path" in endpoint || timeoutMs < 1) return failure;
  const answered = await answersTlsHello(
    endpoint,
    AbortSignal.any([signal, AbortSignal.timeout(Math.floor(timeoutMs))]),
  );
  return answered ? tlsExpected(attempt) : failure;
}

function answersTlsHello(endpoint: { host: string; port: number }, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    // Whose certificate it is does not matter: the connection is not used.
    const socket = connect({ ...endpoint, rejectUnauthorized: false });
    const settle = (answered: boolean) => {
      socket.destroy();
      resolve(answered);
    };
    socket.once("secureConnect", () => settle(true));
    // An alert is an answer in TLS too: a client certificate is wanted, or another version.
    socket.on("error", (error: NodeJS.ErrnoException) => settle(/_ALERT_/.test(error.code ?? "")));
    socket.once("close", () => settle(false));
    signal.addEventListener("abort", () => settle(false), { once: true });
    if (signal.aborted) settle(false);
  });
}
