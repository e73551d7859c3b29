import { describe, expect, it } from "vitest";
import { cliArguments } from "../../../src/connect/cli-arguments.js";
import { splitAddress } from "../../../src/connect/split-address.js";
import { tlsOptions } from "../../../src/connect/tls-options.js";
import type { Profile, TlsSettings } from "../../../src/model/profile.js";
import { Secret } from "../../../src/model/secret.js";
import { liveProfile } from "../../support/live.js";

const noTls: TlsSettings = {
  ca: null,
  cert: null,
  key: null,
  passphrase: null,
  servername: null,
  insecure: false,
};
const endpoint = { host: "10.0.0.5", port: 6379 };

function profile(fields: Partial<Profile>): Profile {
  return liveProfile([endpoint], { profile: fields });
}

describe("splitAddress", () => {
  it.each([
    ["10.0.0.5:6379", { host: "10.0.0.5", port: 6379 }],
    ["[2001:db8::1]:6379", { host: "2001:db8::1", port: 6379 }],
    ["db.example:6379", { host: "db.example", port: 6379 }],
  ])("splits %s", (address, parts) => {
    expect(splitAddress(address)).toEqual(parts);
  });

  it.each(["", "10.0.0.5", ":6379", "unix:/run/redis.sock"])("does not make an address of %j", (text) => {
    expect(splitAddress(text)).toBeNull();
  });
});

describe("cliArguments", () => {
  const credentials = { username: "ops", password: new Secret("s3cret") };

  it("asks for the password and never writes it", () => {
    const words = cliArguments(endpoint, "redis", profile({ credentials }));
    expect(words).toEqual(["-h", "10.0.0.5", "-p", "6379", "--user", "ops", "--askpass"]);
  });

  it("reaches a unix socket", () => {
    expect(cliArguments({ path: "/run/redis.sock" }, "redis", profile({}))).toEqual(["-s", "/run/redis.sock"]);
  });

  it("speaks TLS where the profile does, to Sentinels only where these do", () => {
    const secured = profile({ tls: { ...noTls, insecure: true }, credentials });
    expect(cliArguments(endpoint, "redis", secured)).toEqual(expect.arrayContaining(["--tls", "--insecure"]));
    expect(cliArguments(endpoint, "sentinel", secured)).toEqual(["-h", "10.0.0.5", "-p", "6379"]);
  });

  it("gives Memcached's text clients only the place", () => {
    expect(cliArguments(endpoint, "memcached", profile({ credentials }))).toEqual(["-h", "10.0.0.5", "-p", "6379"]);
  });
});

describe("tlsOptions", () => {
  it("verifies unless the profile spells out that it must not", () => {
    expect(tlsOptions(endpoint, noTls)).toEqual({ rejectUnauthorized: true });
    expect(tlsOptions(endpoint, { ...noTls, insecure: true })).toEqual({ rejectUnauthorized: false });
  });

  it("names the host it dials, but no address", () => {
    expect(tlsOptions({ host: "db.example", port: 1 }, noTls)).toHaveProperty("servername", "db.example");
    expect(tlsOptions({ host: "::1", port: 1 }, noTls)).not.toHaveProperty("servername");
  });

  it("prefers the profile's server name", () => {
    expect(tlsOptions(endpoint, { ...noTls, servername: "db.example" })).toHaveProperty("servername", "db.example");
  });

  it("hands on certificates and the passphrase", () => {
    const given = { ...noTls, ca: "CA", cert: "CERT", key: "KEY", passphrase: new Secret("p") };
    expect(tlsOptions(endpoint, given)).toMatchObject({ ca: "CA", cert: "CERT", key: "KEY", passphrase: "p" });
  });
});
