import { describe, expect, it } from "vitest";
import { parseClusterNodes } from "../../../src/protocol/cluster-nodes.js";

const a = "07c37dfeb235213a872192d90877d0cd55635b91";
const b = "67ed2db8d677e59ec4a4cefb06858cf2a1a89fa1";

/** The only node of a reply of one line. */
function parseOne(line: string) {
  const [node] = parseClusterNodes(line).nodes;
  if (node === undefined) throw new Error("no node was read");
  return node;
}

describe("parseClusterNodes", () => {
  it("reads a primary that is asked and its replica, as Redis 6.0 writes them", () => {
    const view = parseClusterNodes(
      `${a} 10.0.0.1:6379@16379 myself,master - 0 1426238316000 2 connected 0-5460 5462\n` +
        `${b} 10.0.0.2:6379@16379 slave ${a} 0 1426238316232 2 connected\n`,
    );
    expect(view.myId).toBe(a);
    expect(view.nodes).toEqual([
      {
        id: a,
        host: "10.0.0.1",
        port: 6379,
        hostname: null,
        flags: ["myself", "master"],
        role: "primary",
        primaryId: null,
        configEpoch: 2,
        linkState: "connected",
        myself: true,
        slots: [
          [0, 5460],
          [5462, 5462],
        ],
        migrating: [],
        importing: [],
      },
      expect.objectContaining({ id: b, role: "replica", primaryId: a, myself: false, slots: [] }),
    ]);
  });

  it("reads the host name that 7.0 and later announce", () => {
    const node = parseOne(`${a} 10.0.0.1:6379@16379,db1.example master - 0 0 1 connected`);
    expect(node).toMatchObject({ host: "10.0.0.1", hostname: "db1.example" });
  });

  it("reads no host name where only auxiliary fields follow", () => {
    const node = parseOne(`${a} 10.0.0.1:6379@16379,,tls-port=0,shard-id=${b} master - 0 0 1 connected`);
    expect(node).toMatchObject({ host: "10.0.0.1", port: 6379, hostname: null });
  });

  it("reads an IPv6 address, which has no brackets here", () => {
    expect(parseOne(`${a} 2001:db8::1:6379@16379 master - 0 0 1 connected`)).toMatchObject({
      host: "2001:db8::1",
      port: 6379,
    });
  });

  it("gives an empty host to a node that has never been told its own address", () => {
    expect(parseOne(`${a} :6379@16379 myself,master - 0 0 0 connected`)).toMatchObject({ host: "", port: 6379 });
  });

  it("keeps a node without an address, with its flags", () => {
    expect(parseOne(`${a} :0@0 master,noaddr - 1426238317239 1426238316232 2 disconnected`)).toMatchObject({
      host: "",
      port: 0,
      flags: ["master", "noaddr"],
      linkState: "disconnected",
    });
  });

  it("keeps a suspicion apart from a verdict", () => {
    expect(parseOne(`${a} 10.0.0.1:6379@16379 master,fail? - 5 4 2 connected`).flags).toContain("fail?");
    expect(parseOne(`${a} 10.0.0.1:6379@16379 master,fail - 5 4 2 disconnected`).flags).toContain("fail");
  });

  it("tells slots that are moving out from those that are being taken in", () => {
    const node = parseOne(`${a} h:6379@16379 myself,master - 0 0 1 connected 0-5 [77->-${b}] [93-<-${b}]`);
    expect(node).toMatchObject({
      slots: [[0, 5]],
      migrating: [{ slot: 77, to: b }],
      importing: [{ slot: 93, from: b }],
    });
  });

  it("reads the cluster port away where an old server names none", () => {
    expect(parseOne(`${a} 10.0.0.1:6379 master - 0 0 1 connected`)).toMatchObject({ host: "10.0.0.1", port: 6379 });
  });

  it("leaves out lines that are cut short, and knows no self then", () => {
    expect(parseClusterNodes(`${a} 10.0.0.1:6379@16379 myself,master -\r\n\r\n`)).toEqual({ myId: "", nodes: [] });
  });
});
