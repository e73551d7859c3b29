import { cp } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openFleet } from "../../src/connect/open-fleet.js";
import { trusting, writeCertificates } from "../support/certificates.js";
import { liveProfile } from "../support/live.js";
import { type CliRun, outcomeOf, runCli } from "../support/run-cli.js";
import { startRedis, temporaryDirectory, usingServers } from "../support/servers/index.js";
import { ports } from "../support/servers/registry.js";
import { directoryWith } from "./profile-directory.js";

usingServers();

interface Place {
  host: string;
  port: number;
}

/** A node that speaks TLS only: to clients, on the bus and to its primary. */
async function startTlsNode(certificates: string): Promise<Place> {
  const dir = await temporaryDirectory();
  await cp(certificates, dir, { recursive: true });
  const port = await ports.take({ clusterBus: true });
  await startRedis({
    dir,
    config: {
      "cluster-enabled": "yes",
      "cluster-node-timeout": "5000",
      "repl-diskless-sync-delay": "0",
      "tls-cert-file": join(dir, "server.crt"),
      "tls-key-file": join(dir, "server.key"),
      "tls-ca-cert-file": join(dir, "ca.crt"),
      "tls-auth-clients": "no",
      "tls-cluster": "yes",
      "tls-replication": "yes",
    },
    args: ["--port", "0", "--tls-port", String(port)],
  });
  return { host: "127.0.0.1", port };
}

function ok(run: CliRun): void {
  expect(run.code, outcomeOf(run)).toBe(0);
}

it("cluster create and add-node work on nodes that speak nothing but TLS", { timeout: 120_000 }, async () => {
  const certificates = await temporaryDirectory();
  await writeCertificates(certificates);
  const nodes = await Promise.all([1, 2, 3].map(() => startTlsNode(certificates)));
  const [a, b, joining] = nodes.map(({ host, port }) => `${host}:${port}`) as [string, string, string];
  const profile = `kind: cluster\nnodes: [${a}, ${b}]\ntls: { ca: ${join(certificates, "ca.crt")} }\n`;
  const directory = await directoryWith({ "safe.yaml": profile });
  const verb = (name: string, ...words: string[]) =>
    runCli(["cluster", name, "-p", "safe", "--profiles-dir", directory, "--yes", "--wait", "40s", ...words]);
  const plain = await runCli(["cluster", "create", a, b, "--replicas", "1", "--allow-few-primaries", "--yes"]);
  expect(plain.code).toBe(2);
  expect(plain.stderr).toContain("TLS");
  ok(await verb("create", "--replicas", "1", "--allow-few-primaries"));
  ok(await verb("add-node", joining, "--replica-of", "auto"));
  const fleet = await openFleet(
    liveProfile(nodes, { kind: "cluster", profile: { discover: false, tls: await trusting(certificates) } }),
    new AbortController().signal,
  );
  try {
    const answers = await Promise.all(
      fleet.nodes.map(async (node) => {
        const port = await node.openRedis();
        return { cluster: String(await port.call("CLUSTER", "INFO")), info: String(await port.call("INFO")) };
      }),
    );
    for (const { cluster } of answers) expect(cluster).toMatch(/cluster_state:ok[^]*cluster_known_nodes:3/);
    expect(answers.filter(({ info }) => info.includes("master_link_status:up"))).toHaveLength(2);
  } finally {
    fleet.close();
  }
});
