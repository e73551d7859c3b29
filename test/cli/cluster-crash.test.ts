import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CrashScene } from "../support/crash-scene.js";
import { releases, usingServers } from "../support/servers/index.js";
import type { RunningCli } from "./spawn-cli.js";

usingServers();

/** Two runs of the program, and up to half a minute for a lock. */
const caseTimeoutMs = 120_000;

interface Point {
  /** As `CrashScene.stepOf` names it. */
  step: string;
  /** Before the server has seen the command, or after it has carried it out and before the program knows. */
  when: "before" | "after";
  /** Which of these commands, from 1. */
  nth: number;
  /** What ends it: the same command again, or `cluster fix`. */
  cure: "rerun" | "fix";
}

/** The program's own end, seen from the servers: every kind of command that passes, before it and after it. */
const classicPoints: Point[] = [
  { step: "lock", when: "before", nth: 1, cure: "rerun" },
  { step: "lock", when: "after", nth: 1, cure: "fix" },
  { step: "getkeysinslot", when: "after", nth: 3, cure: "rerun" },
  { step: "importing on target", when: "before", nth: 1, cure: "fix" },
  { step: "importing on target", when: "after", nth: 1, cure: "rerun" },
  { step: "importing on target", when: "after", nth: 16, cure: "fix" },
  { step: "migrating on source", when: "before", nth: 1, cure: "rerun" },
  { step: "migrating on source", when: "before", nth: 8, cure: "fix" },
  { step: "migrating on source", when: "after", nth: 16, cure: "rerun" },
  { step: "migrate", when: "before", nth: 1, cure: "fix" },
  { step: "migrate", when: "after", nth: 1, cure: "rerun" },
  { step: "migrate", when: "before", nth: 9, cure: "rerun" },
  { step: "migrate", when: "after", nth: 9, cure: "fix" },
  { step: "node on target", when: "before", nth: 1, cure: "rerun" },
  { step: "node on target", when: "after", nth: 1, cure: "fix" },
  { step: "node on target", when: "after", nth: 7, cure: "rerun" },
  { step: "node on source", when: "before", nth: 1, cure: "fix" },
  { step: "node on source", when: "after", nth: 7, cure: "rerun" },
  { step: "node on source", when: "after", nth: 16, cure: "fix" },
  { step: "node on bystander", when: "before", nth: 1, cure: "rerun" },
  { step: "node on bystander", when: "after", nth: 1, cure: "fix" },
  { step: "importing on target", when: "before", nth: 17, cure: "rerun" },
  { step: "node on source", when: "after", nth: 40, cure: "fix" },
  { step: "unlock", when: "before", nth: 1, cure: "rerun" },
  { step: "unlock", when: "after", nth: 1, cure: "fix" },
];

const serverPoints: Point[] = [
  { step: "lock", when: "after", nth: 1, cure: "rerun" },
  { step: "migrateslots", when: "before", nth: 1, cure: "rerun" },
  { step: "migrateslots", when: "after", nth: 1, cure: "rerun" },
  { step: "migrateslots", when: "after", nth: 1, cure: "fix" },
  { step: "getslotmigrations", when: "after", nth: 2, cure: "rerun" },
  { step: "getslotmigrations", when: "before", nth: 3, cure: "fix" },
  { step: "unlock", when: "before", nth: 1, cure: "fix" },
];

const hasOwnMigration = /^valkey-(9|\d\d)/;
const all = await releases();
const engines = [
  { engine: "classic", points: classicPoints, release: all.find(({ name }) => name === "redis-7.0") ?? all[0] },
  { engine: "server", points: serverPoints, release: all.find(({ name }) => hasOwnMigration.test(name)) },
].flatMap(({ release, ...one }) => (release === undefined ? [] : [{ ...one, release: release.name }]));

describe.each(engines)("cluster rebalance ($engine, $release) that is killed", ({ engine, release, points }) => {
  let scene: CrashScene;

  beforeAll(async () => {
    scene = await CrashScene.start({ release, engine });
  });
  afterAll(() => scene.proxies.close());

  it.each(points)(
    "$when $step no. $nth leaves nothing that a $cure does not mend",
    { timeout: caseTimeoutMs },
    async (point) => {
      await scene.next();
      const run = scene.rebalance();
      killAt(run, point);
      const end = await run.ended;
      expect(end.signal, `never came to this point: ${run.stdout()}${run.stderr()}`).toBe("SIGKILL");
      scene.proxies.mend();
      await scene.letLockExpire();
      await scene.expectCured(point.cure);
    },
  );

  it(
    "cannot begin again while the killed run's lock stands, and ends well when that has expired by itself",
    { timeout: caseTimeoutMs },
    async () => {
      await scene.next();
      const run = scene.rebalance();
      // Once begun, the servers finish their own migration without the program, and nothing would be left to do.
      killAt(run, { step: engine === "classic" ? "migrate" : "lock", when: "after", nth: 1 });
      expect((await run.ended).signal).toBe("SIGKILL");
      scene.proxies.mend();
      const refused = await scene.rerun("rerun");
      expect(refused, refused.told).toMatchObject({ code: 4 });
      expect(refused.told).toMatch(/Another run is changing this cluster: .*process \d+.*expires in \d+ s/);
      await scene.untilUnlocked();
      await scene.expectCured("rerun");
    },
  );

  function killAt(run: RunningCli, { step, when, nth }: Omit<Point, "cure">): void {
    let seen = 0;
    scene.proxies.watch((command) => {
      if (command.when !== when || scene.stepOf(command) !== step || ++seen < nth) return "pass";
      run.child.kill("SIGKILL");
      return "halt";
    });
  }
});
