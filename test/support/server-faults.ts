import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CrashScene } from "./crash-scene.js";

type Part = "source" | "target" | "bystander";

interface Fault {
  what: "is killed" | "is frozen" | "is killed and comes back at once";
  part: Part;
  cure: "rerun" | "fix";
}

/** Long enough for every wait that the program allows itself for a node that does not answer. */
const caseTimeoutMs = 240_000;

const faults: Fault[] = [
  { part: "source", what: "is killed", cure: "rerun" },
  { part: "target", what: "is killed", cure: "fix" },
  { part: "bystander", what: "is killed", cure: "rerun" },
  { part: "source", what: "is frozen", cure: "fix" },
  { part: "target", what: "is frozen", cure: "rerun" },
  { part: "bystander", what: "is frozen", cure: "fix" },
  { part: "target", what: "is killed and comes back at once", cure: "rerun" },
];

export interface FaultSuite {
  engine: "classic" | "server";
  release: string;
  /** The command before which it happens, as `CrashScene.stepOf` names it, and which of them. */
  step: string;
  nth: number;
}

/** Each part of a move is killed or frozen amid it, and the link is cut: the program tells what it left, and one cure ends it well. */
export function describeServerFaults({ engine, release, step, nth }: FaultSuite): void {
  describe(`cluster rebalance (${engine}, ${release})`, () => {
    let scene: CrashScene;
    let hasHappened = false;

    beforeAll(async () => {
      scene = await CrashScene.start({ release, engine });
    });
    afterAll(() => scene.proxies.close());

    describe.each(faults)("when the $part $what amid a move", ({ part, what, cure }) => {
      it(`tells what was not moved, and a ${cure} ends it well`, { timeout: caseTimeoutMs }, async () => {
        await scene.next();
        const server = scene.parts[part];
        const happened = onceThere(() => (what === "is frozen" ? server.freeze() : server.kill()));
        const run = scene.rebalance();
        try {
          if (what === "is killed and comes back at once") {
            await Promise.race([happened, run.ended]);
            await server.start();
          }
          const { code, signal } = await run.ended;
          const told = run.stdout() + run.stderr();
          expect(hasHappened, `never came to '${step}': ${told}`).toBe(true);
          await happened;
          expect(signal, told).toBeNull();
          // A bystander is not needed, and one that is back soon is waited for; what is not moved makes it 4.
          expect([0, 4], told).toContain(code);
          if (what !== "is killed and comes back at once" && part !== "bystander") expect(code, told).toBe(4);
        } finally {
          await server.thaw();
          if (what === "is killed") await server.start();
        }
        scene.proxies.mend();
        await scene.untilUp();
        await scene.letLockExpire();
        await scene.expectCured(cure);
      });
    });

    it("when the link is cut for good, a rerun ends it well", { timeout: caseTimeoutMs }, async () => {
      await scene.next();
      const happened = onceThere(async () => {
        await Promise.resolve();
        scene.proxies.cut();
      });
      const run = scene.rebalance();
      const { code, signal } = await run.ended;
      expect(hasHappened).toBe(true);
      await happened;
      expect({ code, signal }, run.stdout() + run.stderr()).toEqual({ code: 4, signal: null });
      scene.proxies.mend();
      await scene.letLockExpire();
      await scene.expectCured("rerun");
    });

    /** Does it before the command reaches its server. */
    function onceThere(act: () => Promise<void>): Promise<void> {
      let seen = 0;
      hasHappened = false;
      return new Promise((resolve, reject) => {
        scene.proxies.watch(async (command): Promise<"pass"> => {
          if (command.when === "before" && scene.stepOf(command) === step && ++seen === nth) {
            hasHappened = true;
            await act().then(resolve, reject);
          }
          return "pass";
        });
      });
    }
  });
}
