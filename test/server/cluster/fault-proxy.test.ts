import { join } from "node:path";
import { writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FaultProxies, type PassingCommand } from "../../support/fault-proxy.js";
import {
  RespConnection,
  startCluster,
  temporaryDirectory,
  usingServers,
  waitUntil,
  type RedisServer,
  type TestCluster,
} from "../../support/servers/index.js";
import { runCli } from "../../support/run-cli.js";

usingServers();

describe("the proxies of the crash tests", () => {
  let cluster: TestCluster;
  let server: RedisServer;
  let proxies: FaultProxies;
  let client: RespConnection;

  beforeAll(async () => {
    cluster = await startCluster({ replicasPerPrimary: 0 });
    [server] = cluster.primaries as [RedisServer];
    proxies = await FaultProxies.start(cluster.nodes);
  });

  afterAll(() => proxies.close());

  const connect = () => {
    proxies.mend();
    client = new RespConnection(proxies.portOf(server));
  };

  it("pass all that the built program says to a cluster, and to nothing but them", async () => {
    connect();
    const dialled = new Set<string>();
    proxies.watch(({ server: { address } }) => {
      dialled.add(address);
      return "pass";
    });
    const dir = await temporaryDirectory();
    await writeFile(join(dir, "scene.yaml"), proxies.profile());
    const run = await runCli(["analyze", "-p", "scene", "--profiles-dir", dir, "--sample", "100ms", "--json"]);
    expect(run.code, run.stderr).toBe(0);
    const report = JSON.parse(run.stdout) as { coverage: { nodes: unknown } };
    expect(report.coverage.nodes).toMatchObject({ total: 3, answered: 3 });
    expect([...dialled].sort()).toEqual(cluster.nodes.map(({ address }) => address).sort());
  });

  it("hold a command back before the server has seen it", async () => {
    connect();
    proxies.watch(({ words: [command], when }) => (command === "INCR" && when === "before" ? "halt" : "pass"));
    expect(await client.call("PING")).toBe("PONG");
    const unanswered = expect(client.call("INCR", "{06S}count")).rejects.toThrow("closed");
    await untilHalted();
    proxies.mend();
    await unanswered;
    expect(await server.call("GET", "{06S}count")).toBeNull();
  });

  it("hold an answer back that the server has given", async () => {
    connect();
    proxies.watch(({ words: [command], when }) => (command === "INCR" && when === "after" ? "halt" : "pass"));
    const answers = [client.call("INCR", "{06S}once"), client.call("INCR", "{06S}once")];
    const unanswered = Promise.all(answers.map((answer) => expect(answer).rejects.toThrow("closed")));
    await untilHalted();
    proxies.mend();
    await unanswered;
    // The second stood in the same pipeline, and was not passed on either.
    expect(await server.call("GET", "{06S}once")).toBe("1");
  });

  it("let nothing in after a cut", async () => {
    connect();
    expect(await client.call("PING")).toBe("PONG");
    proxies.cut();
    await expect(client.call("PING")).rejects.toThrow();
    await expect(new RespConnection(proxies.portOf(server)).call("PING")).rejects.toThrow();
  });

  it("pass a pipeline in order, with the words of each command as sent", async () => {
    connect();
    const seen: PassingCommand[] = [];
    proxies.watch((command) => {
      seen.push(command);
      return "pass";
    });
    const answers = await Promise.all(["a", "b\r\nc", "ключ"].map((word) => client.call("ECHO", word)));
    expect(answers).toEqual(["a", "b\r\nc", "ключ"]);
    expect(seen.map(({ words, when }) => `${when} ${Buffer.from(words[1] ?? "", "latin1").toString()}`)).toEqual(
      ["a", "b\r\nc", "ключ"].flatMap((word) => [`before ${word}`, `after ${word}`]),
    );
  });

  async function untilHalted(): Promise<void> {
    await waitUntil(() => proxies.isHalted, { what: "the proxies have halted", timeoutMs: 10_000 });
  }
});
