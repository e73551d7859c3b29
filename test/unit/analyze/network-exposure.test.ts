import { describe, expect, it } from "vitest";
import {
  isProtected,
  listensBeyondLoopback,
  memcachedListensBeyondLoopback,
} from "../../../src/analyze/network-exposure.js";

describe("listensBeyondLoopback", () => {
  it.each([
    ["127.0.0.1 -::1", false],
    ["127.0.0.1", false],
    ["localhost ::1", false],
    ["* -::*", true],
    ["0.0.0.0", true],
    ["127.0.0.1 10.0.0.5", true],
    ["127.evil.example", true],
  ])("bind %j: %s", (bind, exposed) => {
    expect(listensBeyondLoopback({ bind, port: "6379", "tls-port": "0" }, "8.0.6")).toBe(exposed);
  });

  it("takes an empty bind for every interface up to 6.2 and for none since 7.0", () => {
    expect(listensBeyondLoopback({ bind: "" }, "6.0.16")).toBe(true);
    expect(listensBeyondLoopback({ bind: "" }, "6.2.20")).toBe(true);
    expect(listensBeyondLoopback({ bind: "" }, "7.0.15")).toBe(false);
  });

  it("sees a server that only has a unix socket", () => {
    expect(listensBeyondLoopback({ bind: "* -::*", port: "0", "tls-port": "0" }, "8.0.6")).toBe(false);
    expect(listensBeyondLoopback({ bind: "* -::*", port: "0", "tls-port": "6380" }, "8.0.6")).toBe(true);
  });

  it("does not know without bind", () => {
    expect(listensBeyondLoopback({ port: "6379" }, "8.0.6")).toBeNull();
  });
});

describe("isProtected", () => {
  it.each([
    ["6.2.20", "0.0.0.0", false],
    ["6.2.20", "", true],
    ["7.0.15", "0.0.0.0", true],
  ])("on %s bound to %j: %s", (version, bind, guarded) => {
    expect(isProtected({ bind, "protected-mode": "yes" }, version)).toBe(guarded);
  });

  it("is not when protected mode is off, and unknown when it is not shown", () => {
    expect(isProtected({ bind: "*", "protected-mode": "no" }, "8.0.6")).toBe(false);
    expect(isProtected({ bind: "*" }, "8.0.6")).toBeNull();
  });
});

describe("memcachedListensBeyondLoopback", () => {
  it.each([
    ["127.0.0.1", false],
    ["127.0.0.1,::1", false],
    ["[::1]:11211,notls:127.0.0.1:11211", false],
    ["NULL", true],
    ["10.0.0.9", true],
    ["127.0.0.1,10.0.0.9", true],
  ])("inter %j: %s", (inter, exposed) => {
    expect(memcachedListensBeyondLoopback({ inter, tcpport: "11211", udpport: "0" })).toBe(exposed);
  });

  it("sees a server without network ports", () => {
    expect(memcachedListensBeyondLoopback({ inter: "NULL", domain_socket: "/run/memcached.sock" })).toBe(false);
    expect(memcachedListensBeyondLoopback({ inter: "NULL", tcpport: "0", udpport: "0" })).toBe(false);
  });

  it("does not know without inter", () => {
    expect(memcachedListensBeyondLoopback({})).toBeNull();
  });
});
