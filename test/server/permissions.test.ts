import { describe, expect, it } from "vitest";
import { allRules } from "../../src/analyze/rules/index.js";
import { runRules } from "../../src/analyze/run-rules.js";
import type { Topic } from "../../src/model/facts.js";
import type { Observation } from "../../src/model/observation.js";
import { analysisReport } from "../../src/report/build-report.js";
import { observeLive, type LiveOptions } from "../support/live.js";
import { releases, sane, startRedis, usingServers, type RedisServer } from "../support/servers/index.js";

usingServers();

const password = "watcher-password";

describe.concurrent.each(await releases())("$name", ({ name: release }) => {
  it("tells what a login with +info +ping alone does not allow to judge", async ({ expect }) => {
    const server = await startRedis({ release, config: sane() });
    await server.call("ACL", "SETUSER", "watcher", "on", `>${password}`, "+info", "+ping");
    const run = await analyze(server, { username: "watcher", password });
    expect(run.missing("not-permitted")).toEqual(
      expect.arrayContaining(["acl", "clientList", "config", "latency", "memoryStats", "slowlog"]),
    );
    expectHonesty(run, expect);
    // INFO alone is enough for this one.
    expect(run.outcomes("memory-near-limit")).toEqual(["healthy"]);
    expect(run.outcomes("slow-commands")).toEqual(["cannot-judge"]);
    expect(run.outcomes("default-user-unrestricted")).toEqual(["cannot-judge"]);
  });

  it("takes its own refusals for no errors of the server", async ({ expect }) => {
    const server = await startRedis({ release, config: sane() });
    await server.call("ACL", "SETUSER", "watcher", "on", `>${password}`, "+info", "+ping");
    const run = await analyze(server, { username: "watcher", password });
    expect(run.outcomes("errors-rising")).not.toContain("finding");
    expect(run.outcomes("auth-failures")).not.toContain("finding");
  });

  it("judges nothing at all, and says so, without +info", async ({ expect }) => {
    const server = await startRedis({ release, config: sane() });
    await server.call("ACL", "SETUSER", "watcher", "on", `>${password}`, "+ping");
    const run = await analyze(server, { username: "watcher", password });
    expectHonesty(run, expect);
    expect(run.missing("not-permitted")).toEqual(expect.arrayContaining(["memory", "server", "window"]));
    const healthy = run.analysis.judgements.filter(({ outcome }) => outcome === "healthy");
    expect(healthy.map(({ ruleId }) => ruleId)).toEqual(["node-unreachable"]);
  });

  it("tells what it does not know where CONFIG is renamed, and judges the rest", async ({ expect }) => {
    const server = await startRedis({ release, config: { ...sane(), "rename-command": "CONFIG b840fc02" } });
    const run = await analyze(server, { password: sane()["requirepass"] ?? "" });
    expect(run.missing("not-permitted")).toEqual(["config"]);
    expectHonesty(run, expect);
    expect(run.outcomes("slowlog-off")).toEqual(["cannot-judge"]);
    expect(run.outcomes("memory-near-limit")).toEqual(["healthy"]);
    expect(run.outcomes("default-user-unrestricted")).not.toEqual(["cannot-judge"]);
  });
});

type Run = Awaited<ReturnType<typeof analyze>>;

async function analyze(server: RedisServer, login: LiveOptions) {
  const observation = await observeLive([server], login);
  const analysis = runRules(observation, allRules);
  const report = analysisReport({ observation, analysis, startedAt: observation.observedAt, durationMs: 0 });
  return {
    analysis,
    report,
    missing: (cause: string) => missingTopics(observation, cause),
    outcomes: (ruleId: string) =>
      analysis.judgements.filter((judgement) => judgement.ruleId === ruleId).map(({ outcome }) => outcome),
  };
}

/** Every rule that needs what was refused says that it cannot judge, and the report carries it to the reader and the gate. */
function expectHonesty({ analysis, report, missing }: Run, check: typeof expect): void {
  const refused = missing("not-permitted");
  const blind = allRules
    .filter((rule) => rule.scope !== "keyspace")
    .filter(({ families, needs }) => families.includes("redis") && needs.some((topic) => refused.includes(topic)))
    .map(({ id }) => id);
  check(blind.length).toBeGreaterThan(5);
  const judged = analysis.judgements.filter(
    ({ ruleId, outcome }) => blind.includes(ruleId) && outcome !== "cannot-judge",
  );
  check(judged).toEqual([]);
  check(report.status).toBe("partial");
  const told = report.coverage.cannotJudge.map(({ ruleId }) => ruleId);
  check(told).toEqual(check.arrayContaining(blind));
  for (const { reason } of report.coverage.cannotJudge) check(reason).not.toBe("");
}

function missingTopics(observation: Observation, cause: string): Topic[] {
  const facts = observation.targets[0]?.nodes[0]?.facts ?? {};
  return (Object.keys(facts) as Topic[])
    .filter((topic) => {
      const fact = facts[topic];
      return fact !== undefined && !fact.ok && fact.cause === cause;
    })
    .sort();
}
