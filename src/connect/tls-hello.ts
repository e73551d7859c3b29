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
  return (await answersTlsHello(endpoint, timeoutMs, signal)) ? tlsExpected(attempt) : failure;
}

/** A plain server may wait for the end of a line that never comes, so the time is kept here. */
function answersTlsHello(
  endpoint: { host: string; port: number },
  timeoutMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  return new Promise((resolve) => {
    // Whose certificate it is does not matter: the connection is not used.
    const socket = connect({ ...endpoint, rejectUnauthorized: false });
    const settle = (answered: boolean) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      socket.destroy();
      resolve(answered);
    };
    const onAbort = () => settle(false);
    // No AbortSignal.timeout within AbortSignal.any: nothing but the collector's mercy keeps such a signal until its time.
    const timer = setTimeout(onAbort, timeoutMs);
    socket.once("secureConnect", () => settle(true));
    // An alert is an answer in TLS too: a client certificate is wanted, or another version.
    socket.on("error", (error: NodeJS.ErrnoException) => settle(/_ALERT_/.test(error.code ?? "")));
    socket.once("close", () => settle(false));
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) settle(false);
  });
}
