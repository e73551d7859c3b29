import { cp } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { formCluster } from "../../../src/demo/form-cluster.js";
import { trusting, writeCertificates } from "../../support/certificates.js";
import { LiveMover, lostOrChanged, seedEveryType, slotTroubles, wholeKeyspace } from "../../support/move-live.js";
import {
  isAtHand,
  startRedis,
  temporaryDirectory,
  usingServers,
  type RedisServer,
} from "../../support/servers/index.js";
import { ports } from "../../support/servers/registry.js";

usingServers();

interface TlsNode {
  /** Over its plain port, for forming the cluster. */
  server: RedisServer;
  /** What the cluster knows it by. */
  endpoint: { host: string; port: number };
}

/** Among each other these speak TLS only, and the cluster knows them by their TLS ports. */
async function startTlsNode(release: string, certificates: string): Promise<TlsNode> {
  const dir = await temporaryDirectory();
  await cp(certificates, dir, { recursive: true });
  const port = await ports.take({ clusterBus: true });
  const config = {
    "cluster-enabled": "yes",
    // A MIGRATE may wait for half of it: no pause of a busy machine is to break one off here.
    "cluster-node-timeout": "15000",
    "tls-port": String(port),
    "tls-cert-file": join(dir, "server.crt"),
    "tls-key-file": join(dir, "server.key"),
    "tls-ca-cert-file": join(dir, "ca.crt"),
    "tls-auth-clients": "no",
    "tls-cluster": "yes",
    "tls-replication": "yes",
  };
  return { server: await startRedis({ release, dir, config }), endpoint: { host: "127.0.0.1", port } };
}

const withJobs = (await isAtHand("valkey-9.1")) ? [["valkey-9.1", "auto", "migrateslots"] as const] : [];

it.each([["redis-7.0", "classic", "classic"] as const, ["valkey-8.1", "classic", "classic"] as const, ...withJobs])(
  "slots move between nodes of %s that speak TLS (%s)",
  { timeout: 120_000 },
  async (release, engine, used) => {
    const certificates = await temporaryDirectory();
    await writeCertificates(certificates);
    const nodes = await Promise.all([1, 2, 3].map(() => startTlsNode(release, certificates)));
    await formCluster(
      nodes.map(({ server, endpoint }) => ({ endpoint, redis: server })),
      { primaryCount: 3 },
    );
    const places = nodes.map(({ endpoint }) => endpoint);
    const [first, , third] = places as [TlsNode["endpoint"], TlsNode["endpoint"], TlsNode["endpoint"]];
    const mover = await LiveMover.open(places, {
      profile: { tls: await trusting(certificates), timeouts: { connectMs: 20_000, commandMs: 20_000 } },
    });
    try {
      await seedEveryType(mover, places, 20);
      const before = await wholeKeyspace(mover, places);
      const result = await mover.move([{ from: first, to: third, slots: [[0, 1500]] }], { engine });
      expect(result).toMatchObject({ notMoved: [], notes: [], moved: [{ slots: [[0, 1500]], engine: used }] });
      expect(result.keys).toBeGreaterThan(0);
      expect(await slotTroubles(mover, places)).toEqual([]);
      expect(lostOrChanged(before, await wholeKeyspace(mover, places))).toEqual([]);
    } finally {
      mover.close();
    }
  },
);
