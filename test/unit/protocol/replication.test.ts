import { describe, expect, it } from "vitest";
import { parseInfo } from "../../../src/protocol/info.js";
import { parseReplication } from "../../../src/protocol/replication.js";

const primary = `# Replication
role:master
connected_slaves:2
min_slaves_good_slaves:1
slave0:ip=10.0.0.2,port=6379,state=online,offset=1484,lag=1
slave1:ip=::1,port=6380,state=wait_bgsave,offset=0,lag=0
master_failover_state:no-failover
master_replid:8e6d
master_repl_offset:1484
repl_backlog_active:1
repl_backlog_size:1048576
`;

const replica = `# Replication
role:slave
master_host:10.0.0.1
master_port:6379
master_link_status:down
master_last_io_seconds_ago:-1
master_sync_in_progress:0
slave_read_repl_offset:14
slave_repl_offset:14
master_link_down_since_seconds:35
slave_priority:0
slave_read_only:1
replica_announced:1
connected_slaves:0
master_repl_offset:14
`;

describe("parseReplication", () => {
  it("reads a primary with its replicas", () => {
    expect(parseReplication(parseInfo(primary))).toEqual({
      role: "primary",
      connectedReplicas: 2,
      replicas: [
        { address: "10.0.0.2:6379", state: "online", offset: 1484, lagSeconds: 1 },
        { address: "[::1]:6380", state: "wait_bgsave", offset: 0, lagSeconds: 0 },
      ],
      offset: 1484,
      replId: "8e6d",
      minReplicasGood: 1,
      backlogActive: true,
      backlogBytes: 1_048_576,
      primaryAddress: null,
      linkStatus: null,
      linkDownSeconds: null,
      lastIoSecondsAgo: null,
      syncInProgress: null,
      replicaOffset: null,
      priority: null,
      readOnly: null,
    });
  });

  it("reads a replica that has lost its primary", () => {
    expect(parseReplication(parseInfo(replica))).toMatchObject({
      role: "replica",
      replicas: [],
      primaryAddress: "10.0.0.1:6379",
      linkStatus: "down",
      linkDownSeconds: 35,
      lastIoSecondsAgo: -1,
      syncInProgress: false,
      replicaOffset: 14,
      priority: 0,
      readOnly: true,
    });
  });

  it("does not take slave_priority and its kin for replicas", () => {
    expect(parseReplication(parseInfo(replica))?.replicas).toEqual([]);
  });

  it("says nothing where the section or the role is not shown", () => {
    expect(parseReplication(parseInfo("# Server\nredis_version:7.0.15\n"))).toBeNull();
    expect(parseReplication(parseInfo("# Replication\nconnected_slaves:0\n"))).toBeNull();
  });
});
