import { describe, expect, it } from "vitest";
import { parseAclList } from "../../../src/collect/acl.js";
import { summarizeClients } from "../../../src/collect/client-list.js";
import { parseClusterInfo } from "../../../src/collect/cluster.js";
import { parseConfig } from "../../../src/collect/config.js";
import { parseLatency } from "../../../src/collect/latency.js";
import { flattenNumbers } from "../../../src/collect/memory-stats.js";
import { parseModules } from "../../../src/collect/modules.js";

describe("CLIENT LIST", () => {
  const line = (fields: string) => `id=3 addr=10.0.0.9:50112 fd=8 name= age=10 idle=0 flags=N db=0 omem=0 ${fields}\n`;

  it("reads Redis 6.0 and later alike, and tells who is who", () => {
    const text = ["flags=N", "flags=S", "flags=M", "flags=P", "flags=O", "flags=xb"].map(line).join("");
    expect(summarizeClients(text)).toMatchObject({
      total: 6,
      byType: { normal: 2, replica: 1, primary: 1, pubsub: 1, monitor: 1 },
      monitors: 1,
      libraries: {},
    });
  });

  it("finds the largest output buffer and whose it is", () => {
    const text = line("omem=20") + line("addr=10.0.0.7:1 name=reports omem=4096");
    expect(summarizeClients(text)).toMatchObject({
      largestOutputBytes: 4_096,
      largestOutputClient: "10.0.0.7:1 (reports)",
      totalOutputBytes: 4_116,
    });
  });

  it("counts connections that have been idle for over an hour", () => {
    expect(summarizeClients(line("idle=3600") + line("idle=3601")).idleOverHour).toBe(1);
  });

  it("counts libraries, whatever they call themselves", () => {
    const text = line("lib-name=redis-py lib-ver=5.0.1").repeat(2) + line("lib-name=constructor lib-ver=");
    expect(summarizeClients(text).libraries).toEqual({ "redis-py 5.0.1": 2, constructor: 1 });
  });

  it("names no more than 20 libraries", () => {
    const text = Array.from({ length: 30 }, (_, n) => line(`lib-name=l${n} lib-ver=1`)).join("");
    expect(Object.keys(summarizeClients(text + line("lib-name=l0 lib-ver=1")).libraries)).toHaveLength(20);
  });

  it("knows no largest buffer of nobody", () => {
    expect(summarizeClients("")).toMatchObject({ total: 0, largestOutputBytes: null, largestOutputClient: null });
  });
});

describe("ACL LIST", () => {
  it("reads what users may do and no password hash", () => {
    const users = parseAclList([
      "user default on nopass sanitize-payload ~* &* +@all",
      `user ops on #${"ab".repeat(32)} ~app:* &* -@all +get`,
      "user gone off resetchannels -@all",
      "user most on #00 ~* +@all -flushall",
    ]);
    expect(users).toEqual([
      { name: "default", enabled: true, nopass: true, allKeys: true, allCommands: true },
      { name: "ops", enabled: true, nopass: false, allKeys: false, allCommands: false },
      { name: "gone", enabled: false, nopass: false, allKeys: false, allCommands: false },
      { name: "most", enabled: true, nopass: false, allKeys: true, allCommands: false },
    ]);
  });

  it("reads Redis 6.0, which has no channels", () => {
    expect(parseAclList(["user default on nopass ~* +@all"])).toMatchObject([{ nopass: true, allCommands: true }]);
  });

  it("leaves out what is no user", () => {
    expect(parseAclList(["", "role x"])).toEqual([]);
  });
});

describe("CONFIG GET", () => {
  it("tells that a password is set and never which", () => {
    const names = ["requirepass", "masterauth", "primaryauth", "tls-key-file-pass", "tls-client-key-file-pass"];
    const config = parseConfig(names.flatMap((name) => [name, "s3cret"]));
    for (const name of names) expect(config[name]).toBe("[set]");
  });

  it("keeps an empty password empty, and every other value", () => {
    expect(parseConfig(["requirepass", "", "maxmemory", "100", "save", ""])).toEqual({
      requirepass: "",
      maxmemory: "100",
      save: "",
    });
  });
});

describe("CLUSTER INFO", () => {
  it("reads state, slots and epochs", () => {
    const text =
      "cluster_state:fail\r\ncluster_slots_assigned:16384\r\ncluster_slots_pfail:0\r\ncluster_slots_fail:5461\r\n" +
      "cluster_known_nodes:6\r\ncluster_size:3\r\ncluster_current_epoch:6\r\ncluster_my_epoch:2\r\n";
    expect(parseClusterInfo(text)).toEqual({
      state: "fail",
      slotsAssigned: 16_384,
      slotsOk: null,
      slotsPfail: 0,
      slotsFail: 5_461,
      knownNodes: 6,
      size: 3,
      currentEpoch: 6,
      myEpoch: 2,
    });
  });

  it("reads nothing from an answer without a state", () => {
    expect(parseClusterInfo("")).toBeNull();
  });
});

describe("the smaller replies", () => {
  it("flattens MEMORY STATS, databases and text doubles included", () => {
    const reply = [
      "peak.allocated",
      893_784,
      "db.0",
      ["overhead.hashtable.main", 72],
      "fragmentation",
      "1.5",
      "x",
      "y",
    ];
    expect(flattenNumbers(reply)).toEqual({
      "peak.allocated": 893_784,
      "db.0.overhead.hashtable.main": 72,
      fragmentation: 1.5,
    });
  });

  it("reads LATENCY LATEST, also of servers that add fields", () => {
    expect(parseLatency([["fork", 1_795_204_000, 12, 130, 142, 2], [null]])).toEqual({
      fork: { lastTime: 1_795_204_000, lastMs: 12, maxMs: 130 },
    });
    expect(parseLatency([])).toEqual({});
  });

  it("reads MODULE LIST", () => {
    expect(parseModules([["name", "ReJSON", "ver", 20_609, "path", "/x.so", "args", []]])).toEqual([
      { name: "ReJSON", version: 20_609 },
    ]);
  });
});
