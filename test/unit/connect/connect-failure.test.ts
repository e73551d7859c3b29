import { describe, expect, it } from "vitest";
import { ConnectError, ServerReplyError } from "../../../src/model/errors.js";
import {
  aborted,
  connectFailure,
  replyHint,
  timedOut,
  tlsUnanswered,
  type ConnectAttempt,
} from "../../../src/connect/connect-failure.js";

const plain: ConnectAttempt = {
  address: "10.0.0.5:6379",
  protocol: "Redis",
  tls: false,
  timeoutMs: 1_500,
  hasPassword: false,
};
const tls = { ...plain, tls: true };
const memcached = { ...plain, protocol: "Memcached" as const };

/** As Node's sockets fail. */
function coded(code: string, message = code): Error {
  return Object.assign(new Error(message), { code });
}

describe("the cause of a failure", () => {
  it.each([
    ["ECONNREFUSED", "refused"],
    ["ETIMEDOUT", "timed-out"],
    ["ENOTFOUND", "unknown-host"],
    ["EAI_AGAIN", "unknown-host"],
    ["EHOSTUNREACH", "network-unreachable"],
    ["ENETUNREACH", "network-unreachable"],
    ["ENOENT", "socket-file"],
    ["EACCES", "socket-file"],
    ["ECONNRESET", "closed"],
    ["ECONNABORTED", "closed"],
  ])("%s is %s", (code, cause) => {
    expect(connectFailure(coded(code), plain).connectCause).toBe(cause);
  });

  it.each([
    ["-DENIED Redis is running in protected mode".slice(1), "protected-mode"],
    ["ERR max number of clients reached", "max-clients"],
    ["ERR max number of clients + cluster connections reached", "max-clients"],
    ["WRONGPASS invalid username-password pair or user is disabled.", "wrong-password"],
    ["ERR invalid password", "wrong-password"],
    ["NOAUTH Authentication required.", "no-password"],
    ["NOPERM this user has no permissions to run the 'select' command", "not-permitted"],
    ["ERR DB index is out of range", "no-such-database"],
    ["ERR SELECT is not allowed in cluster mode", "no-such-database"],
    ['Protocol error, got "H" as reply type byte', "not-the-protocol"],
    ["Connection is closed.", "closed"],
    ["something nobody has seen", "not-the-protocol"],
  ])("%j is %s", (text, cause) => {
    expect(connectFailure(new Error(text), plain).connectCause).toBe(cause);
  });

  it.each([
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "unable to verify the first certificate", "tls.ca"],
    ["SELF_SIGNED_CERT_IN_CHAIN", "self-signed certificate in certificate chain", "tls.ca"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "Hostname/IP does not match certificate's altnames", "tls.servername"],
    ["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", "tlsv13 alert certificate required", "tls.cert and tls.key"],
    ["ERR_SSL_WRONG_VERSION_NUMBER", "00:error:0A00010B:SSL routines::wrong version number", "redis://"],
    ["ERR_OSSL_PEM_NO_START_LINE", "error:0480006C:PEM routines::no start line", "tls settings"],
    ["ECONNRESET", "read ECONNRESET", "tls settings"],
  ])("%s is a failure of TLS with its own next step", (code, message, hint) => {
    const failure = connectFailure(coded(code, message), tls);
    expect(failure.connectCause).toBe("tls");
    expect(failure.hint).toContain(hint);
  });

  it("tells a login that Memcached wants from one that it rejects, in Memcached's terms", () => {
    const wanted = connectFailure(new ServerReplyError("version", "CLIENT_ERROR unauthenticated", ""), memcached);
    const rejected = connectFailure(new Error("CLIENT_ERROR authentication failure"), memcached);
    expect([wanted.connectCause, rejected.connectCause]).toEqual(["no-password", "wrong-password"]);
    expect(wanted.message + rejected.message).not.toMatch(/NOAUTH|WRONGPASS/);
  });

  it("knows a full Memcached", () => {
    expect(connectFailure(new Error("ERROR Too many open connections"), memcached)).toMatchObject({
      connectCause: "max-clients",
      hint: expect.stringContaining("-c") as string,
    });
  });

  it("keeps a failure that is told apart already", () => {
    const known = timedOut(plain);
    expect(connectFailure(known, tls)).toBe(known);
  });

  it("takes text for an error, which memjs throws", () => {
    expect(connectFailure("Memcached server authentication failed!", memcached).connectCause).toBe("wrong-password");
  });
});

describe("the sentence and the next step", () => {
  it("names the address and both are whole", () => {
    for (const text of ["WRONGPASS x", "NOAUTH x", "NOPERM x", "DENIED x", "Connection is closed.", "?"]) {
      const { message, hint } = connectFailure(new Error(text), plain);
      expect(message).toContain("10.0.0.5:6379");
      expect(hint).toMatch(/^[A-Z].*\.$/s);
    }
  });

  it("says how long it waited", () => {
    expect(timedOut(plain).message).toContain("within 1500 ms");
    expect(timedOut({ ...plain, timeoutMs: 2_000 }).message).toContain("within 2 s");
    expect(tlsUnanswered(tls)).toMatchObject({
      connectCause: "tls",
      hint: expect.stringContaining("redis://") as string,
    });
  });

  it("does not ask for a password that was given", () => {
    const error = new Error("NOAUTH Authentication required.");
    expect(connectFailure(error, plain).hint).toContain("CACHECTL_PASSWORD");
    expect(connectFailure(error, { ...plain, hasPassword: true }).hint).not.toContain("CACHECTL_PASSWORD");
  });

  it("tells what a server's own words were, one line of them", () => {
    const { message } = connectFailure(new Error("HTTP/1.1 400\r\nDate: today"), plain);
    expect(message).toContain("(HTTP/1.1 400)");
    expect(message).not.toContain("today");
  });

  it("makes an abort the run's end, not a node's failure", () => {
    const error = aborted(plain);
    expect(error).toBeInstanceOf(ConnectError);
    expect(error.kind).toBe("interrupted");
    expect(timedOut(plain).kind).toBe("unreached");
  });

  it("explains a reply that is known, and where to look for one that is not", () => {
    expect(replyHint("NOPERM this user has no permissions")).toContain("Grant");
    expect(replyHint("ERR of the future")).toContain("cachectl explain");
  });
});
