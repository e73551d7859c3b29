import { describe, expect, it } from "vitest";
import { explainServerError, serverErrors } from "../../../src/model/server-errors.js";

describe("serverErrors", () => {
  it("has each code once, in upper case, with a cause and a next step", () => {
    const codes = serverErrors.map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
    for (const { code, cause, resolution } of serverErrors) {
      expect(code).toMatch(/^[A-Z][A-Z-]+$/);
      expect(cause).toMatch(/^[A-Z].+\.$/);
      expect(resolution).toMatch(/^[A-Z].+\.$/);
    }
  });

  it("sets what to fill in apart, and holds no password", () => {
    for (const command of serverErrors.flatMap(({ commands }) => commands)) expect(command).not.toMatch(/-a |\.\.\./);
  });
});

describe("explainServerError", () => {
  it.each([
    ["OOM command not allowed when used memory > 'maxmemory'.", "OOM"],
    ["(error) OOM command not allowed when used memory > 'maxmemory'.", "OOM"],
    ["-CLUSTERDOWN Hash slot not served", "CLUSTERDOWN"],
    ["MOVED 3999 127.0.0.1:6381", "MOVED"],
    ["ASK 3999 127.0.0.1:6381", "ASK"],
    ["ReplyError: BUSY Redis is busy running a script.", "BUSY"],
    ["LOADING Redis is loading the dataset in memory", "LOADING"],
    ["NOAUTH Authentication required.", "NOAUTH"],
    ["WRONGPASS invalid username-password pair or user is disabled.", "WRONGPASS"],
    ["NOPERM User app has no permissions to run the 'info' command", "NOPERM"],
    ["this login may not: INFO: NOPERM User app has no permissions", "NOPERM"],
    ["DENIED Redis is running in protected mode because protected mode is enabled", "DENIED"],
    ["READONLY You can't write against a read only replica.", "READONLY"],
    ["MISCONF Redis is configured to save RDB snapshots", "MISCONF"],
    ["MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", "MASTERDOWN"],
    ["CROSSSLOT Keys in request don't hash to the same slot", "CROSSSLOT"],
    ["TRYAGAIN Multiple keys request during rehashing of slot", "TRYAGAIN"],
    ["NOREPLICAS Not enough good replicas to write.", "NOREPLICAS"],
    ["BUSYKEY Target key name already exists.", "BUSYKEY"],
    ["IOERR error or timeout reading to target instance", "IOERR"],
    ["EXECABORT Transaction discarded because of previous errors.", "EXECABORT"],
    ["NOSCRIPT No matching script. Please use EVAL.", "NOSCRIPT"],
    ["WRONGTYPE Operation against a key holding the wrong kind of value", "WRONGTYPE"],
    ["UNKILLABLE Sorry the script already executed write commands", "UNKILLABLE"],
    ["NOTBUSY No scripts in execution right now.", "NOTBUSY"],
    ["NOGOODSLAVE No suitable replica to promote", "NOGOODSLAVE"],
    ["INPROG Failover already in progress", "INPROG"],
    ["ERR max number of clients reached", "MAX-CLIENTS"],
    ["ERR unknown command `CONFIG`, with args beginning with: `GET`", "UNKNOWN-COMMAND"],
    ["connect ECONNREFUSED 127.0.0.1:6379", "ECONNREFUSED"],
    ["Error: read ECONNRESET", "ECONNRESET"],
    ["ETIMEDOUT", "ETIMEDOUT"],
    ["getaddrinfo ENOTFOUND redis.internal", "ENOTFOUND"],
    ["connect EHOSTUNREACH 10.0.0.5:6379", "EHOSTUNREACH"],
    ["self-signed certificate in certificate chain", "TLS-UNTRUSTED"],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "TLS-UNTRUSTED"],
    ["unable to verify the first certificate", "TLS-UNTRUSTED"],
    ["CERT_HAS_EXPIRED", "TLS-EXPIRED"],
    ["Hostname/IP does not match certificate's altnames: Host: db", "TLS-NAME"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "TLS-NAME"],
    ["error:0A00045C:SSL routines::tlsv13 alert certificate required", "TLS-CLIENT-CERTIFICATE"],
    ["ERR_SSL_WRONG_VERSION_NUMBER", "TLS-NOT-SPOKEN"],
    ["error:0A000410:SSL routines::sslv3 alert handshake failure", "TLS-HANDSHAKE"],
    ["oom", "OOM"],
  ])("finds for %j the row %s", (text, code) => expect(explainServerError(text)?.code).toBe(code));

  it.each([["ERR syntax error"], [""], ["everything went well"], ["please do not ask"]])(
    "knows no row for %j",
    (text) => {
      expect(explainServerError(text)).toBeNull();
    },
  );
});
