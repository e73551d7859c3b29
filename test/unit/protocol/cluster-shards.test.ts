import { describe, expect, it } from "vitest";
import type { Reply } from "../../../src/model/node-port.js";
import { parseClusterShards } from "../../../src/protocol/cluster-shards.js";

const primary: Reply = [
  ["id", "a", "port", 7000, "tls-port", 17000, "ip", "10.0.0.1", "endpoint", "10.0.0.1", "role", "master"],
  ["replication-offset", 72, "health", "online"],
].flat();
const replica: Reply = ["id", "b", "port", 7001, "ip", "10.0.0.2", "endpoint", "db2.example", "role", "replica"];

function shards(...nodes: Reply[]): Reply {
  return [["slots", [0, 5460], "nodes", nodes]];
}

describe("parseClusterShards", () => {
  it("reads all members with the endpoint that the server prefers", () => {
    expect(parseClusterShards(shards(primary, replica), false)).toEqual([
      { id: "a", host: "10.0.0.1", port: 7000, role: "primary" },
      { id: "b", host: "db2.example", port: 7001, role: "replica" },
    ]);
  });

  it("takes the TLS port where TLS is spoken and one is offered", () => {
    expect(parseClusterShards(shards(primary, replica), true).map(({ port }) => port)).toEqual([17000, 7001]);
  });

  it("takes the only port there is, also when it is the TLS one", () => {
    expect(parseClusterShards(shards(["id", "a", "tls-port", 7000, "ip", "::1"]), false)).toMatchObject([
      { port: 7000, host: "::1" },
    ]);
  });

  it.each(["", "?", null])("falls back to the address where the preferred endpoint is %j", (endpoint) => {
    const node = ["id", "a", "port", 7000, "ip", "10.0.0.1", "endpoint", endpoint, "role", "master"];
    expect(parseClusterShards(shards(node), false)).toMatchObject([{ host: "10.0.0.1" }]);
  });

  it("names no port where none is said, so that nobody dials one", () => {
    expect(parseClusterShards(shards(["id", "a"]), false)).toMatchObject([{ host: "", port: 0 }]);
  });

  it("reads nothing from a reply of another shape", () => {
    expect(parseClusterShards("OK", false)).toEqual([]);
    expect(parseClusterShards([["slots", [0, 1]]], false)).toEqual([]);
  });
});
