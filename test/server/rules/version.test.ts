import { describe, expect, it } from "vitest";
import { findingOf, measured, outcomeOf } from "../../support/live-verdict.js";
import { releases, startRedis, usingServers } from "../../support/servers/index.js";

usingServers();

const all = await releases();

describe.each(all.filter(({ name }) => ["redis-6.0", "redis-7.0"].includes(name)))("$name", ({ name: release }) => {
  it("is reported as version-eol and version-vulnerable", async () => {
    const server = await startRedis({ release });
    const eol = await findingOf(server, "version-eol");
    expect(eol).toMatchObject({ priority: "high", confidence: "medium", nodes: [server.address] });
    expect(measured(eol)["redis_version"]).toMatch(/^[67]\.0\.\d+$/);
    const vulnerable = await findingOf(server, "version-vulnerable");
    expect(vulnerable).toMatchObject({ priority: "critical", nodes: [server.address] });
    expect(measured(vulnerable)["known vulnerabilities"]).toContain("CVE-");
  });
});

describe.each(all.filter(({ name }) => name === "valkey-9.1"))("$name in its place", ({ name: release }) => {
  it("is reported as neither", async () => {
    const server = await startRedis({ release });
    // No end of life is published for Valkey's lines.
    expect(await outcomeOf(server, "version-eol")).toBe("not-applicable");
    expect(await outcomeOf(server, "version-vulnerable")).toBe("healthy");
  });
});
