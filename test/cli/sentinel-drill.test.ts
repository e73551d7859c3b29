import { describe, it } from "vitest";
import type { Report } from "../../src/model/report.js";
import {
  drillKeysAt,
  numbersWrittenAt,
  primariesNamed,
  rowsOf,
  startDrillGroup,
  urlOf,
} from "../support/drill-group.js";
import { outcomeOf, runCli } from "../support/run-cli.js";
import { usingServers, waitUntil, type SentinelGroup } from "../support/servers/index.js";

usingServers();

const cases = [
  { release: "redis-6.0", replicas: 1, minReplicas: "0" },
  { release: "redis-7.0", replicas: 2, minReplicas: "1" },
  { release: "redis-8.0", replicas: 2, minReplicas: "0" },
  { release: "valkey-9.1", replicas: 1, minReplicas: "1" },
];

/** A sentinel that stood still is in TILT for half a minute, and one asks a replica that has just been a primary every ten seconds. */
async function untilFit(group: SentinelGroup): Promise<void> {
  const look = ["sentinel", "drill", "-p", urlOf(group), "--dry-run"];
  await waitUntil(
    async () => {
      const run = await runCli(look);
      if (run.code === 0) return true;
      throw new Error(outcomeOf(run));
    },
    { what: "the group is fit for a failover", timeoutMs: 120_000, everyMs: 500 },
  );
}

describe("sentinel drill", () => {
  it.concurrent.for(cases)(
    "fails $release over twice in a row, with $replicas replicas and min-replicas-to-write $minReplicas, and tells the truth",
    { timeout: 400_000 },
    async ({ release, replicas, minReplicas }, { expect }) => {
      const group = await startDrillGroup({
        release,
        replicas,
        config: { "min-replicas-to-write": minReplicas },
        // Longer than TILT lasts: a sentinel that stood still meanwhile finishes afterwards what it has begun.
        sentinelLines: ["sentinel failover-timeout mymaster 120000"],
      });
      const nodes = [group.primary, ...group.replicas];
      let primary = group.primary.address;
      for (const round of [1, 2]) {
        await untilFit(group);
        const run = await runCli(["sentinel", "drill", "-p", urlOf(group), "--yes", "--json"], { timeoutMs: 180_000 });
        expect(run.code, outcomeOf(run)).toBe(0);
        const report = JSON.parse(run.stdout) as Report;
        const [changed] = rowsOf(report, "before-after");
        expect(changed).toMatchObject({ what: "primary", before: primary });
        const after = String(changed?.["after"]);
        expect(after).not.toBe(primary);
        expect(await primariesNamed(group)).toEqual(group.sentinels.map(() => after));
        expect(report.summary).toMatch(/Writes worked again \d[\d.]* m?s after the order/);

        const newPrimary = nodes.find(({ address }) => address === after);
        if (newPrimary === undefined) throw new Error(`${after} is none of the group's nodes`);
        const ledger = rowsOf(report, "ledger");
        const sum = (column: string) => ledger.reduce((total, row) => total + Number(row[column]), 0);
        // Its file of the second round begins with what it copied when it was a replica; it may be two seconds behind while the
        // disk is busy.
        if (round === 1)
          await expect
            .poll(async () => (await numbersWrittenAt(newPrimary)).size, { timeout: 10_000 })
            .toBe(sum("acknowledged") - sum("lost"));
        expect(report.recommendations.map(({ ruleId }) => ruleId)).toEqual(
          sum("lost") > 0 ? ["drill-lost-writes"] : [],
        );
        // The old primary takes writes for seconds more: whoever keeps its connection must have lost some.
        if (minReplicas === "0") expect(ledger[1]?.["lost"]).toBeGreaterThan(0);
        // A replica has heard of the deletion a moment later than the primary.
        for (const node of nodes) await expect.poll(() => drillKeysAt(node), { timeout: 10_000 }).toBe(0);
        primary = after;
      }
    },
  );
});
