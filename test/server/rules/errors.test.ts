import { describe, expect, it } from "vitest";
import { isAtLeast } from "../../../src/model/version-number.js";
import { fillUntilRefused } from "../../support/client-load.js";
import { findingOf, measured, outcomeOf } from "../../support/live-verdict.js";
import { carryOut } from "../../support/live.js";
import { releases, startRedis, usingServers, waitUntil } from "../../support/servers/index.js";

usingServers();

// Errors are counted by code from 6.2 on.
const counting = (await releases()).filter(({ version }) => isAtLeast(version, "6.2"));

describe.each(counting)("errors-rising on $name", ({ name: release }) => {
  it("sees writes refused with OOM, until memory-near-limit's own command makes room", async () => {
    const server = await startRedis({ release, config: { maxmemory: "10mb", "maxmemory-policy": "noeviction" } });
    await fillUntilRefused(server);
    const write = () => server.call("SET", "more", "x".repeat(100_000));
    const during = async () => {
      await Promise.allSettled([write(), write(), write()]);
    };
    const finding = await findingOf(server, "errors-rising", { during });
    expect(finding).toMatchObject({ priority: "high", issue: "Clients are getting OOM errors" });
    expect(measured(finding)["errorstat_OOM"]).toBe(3);
    await carryOut(finding);
    await carryOut(await findingOf(server, "memory-near-limit"));
    expect(await outcomeOf(server, "errors-rising", { during })).toBe("healthy");
  });

  it("sees commands that a user may not run, until the user may", async () => {
    const server = await startRedis({ release });
    await server.call("ACL", "SETUSER", "app", "on", "nopass", "~*", "+auth", "+get");
    const app = server.open();
    await app.call("AUTH", "app", "any");
    const during = async () => {
      await Promise.allSettled([app.call("SET", "key", "value")]);
    };
    const finding = await findingOf(server, "errors-rising", { during });
    expect(finding).toMatchObject({ priority: "medium", issue: "Clients are getting NOPERM errors" });
    expect(measured(finding)["errorstat_NOPERM"]).toBe(1);
    await carryOut(finding);
    await server.call("ACL", "SETUSER", "app", "+set");
    expect(await outcomeOf(server, "errors-rising", { during })).toBe("healthy");
    app.close();
  });

  it("sees writes to a replica, until it is a primary", async () => {
    const primary = await startRedis({ release });
    const server = await startRedis({ release, config: { replicaof: `${primary.host} ${primary.port}` } });
    const during = async () => {
      await Promise.allSettled([server.call("SET", "key", "value")]);
    };
    const profile = { discover: false };
    const finding = await findingOf(server, "errors-rising", { during, profile });
    expect(finding).toMatchObject({ priority: "medium", issue: "Clients are getting READONLY errors" });
    expect(measured(finding)["errorstat_READONLY"]).toBe(1);
    await server.call("REPLICAOF", "NO", "ONE");
    expect(await outcomeOf(server, "errors-rising", { during, profile })).toBe("healthy");
  });
});

describe.each(await releases())("restarted-recently on $name", ({ name: release }) => {
  it("sees a restart, until the server has run for a while again", async () => {
    const server = await startRedis({ release });
    await server.restart();
    const finding = await findingOf(server, "restarted-recently");
    expect(finding.priority).toBe("info");
    const uptimeSeconds = Number(measured(finding)["uptime_in_seconds"]);
    expect(uptimeSeconds).toBeLessThan(60);
    // Ten minutes are the default; a test has only one more second to wait.
    const identity = { thresholds: { "restarted-recently": { uptimeSeconds: uptimeSeconds + 1 } } };
    await waitUntil(
      async () => (await outcomeOf(server, "restarted-recently", { identity, sampleMs: 0 })) === "healthy",
      {
        what: "it has run for a while",
        timeoutMs: 10_000,
      },
    );
  });
});
