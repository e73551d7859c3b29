import { beforeAll, describe, expect, it } from "vitest";
import { RebalanceScene } from "../support/rebalance-scene.js";
import { usingServers } from "../support/servers/index.js";
import { atTerminal } from "./at-terminal.js";

usingServers();

const deadline = 120_000;

// script(1) of util-linux gives a program a real terminal; elsewhere its options differ.
describe.skipIf(process.platform !== "linux")("the question before a change at a terminal", () => {
  let scene: RebalanceScene;

  beforeAll(async () => {
    scene = await RebalanceScene.start("redis-7.0", 300);
  }, deadline);

  const words = () => [
    "cluster",
    "reshard",
    "-p",
    scene.url,
    "--from",
    "all",
    "--to",
    scene.address(0),
    "--slots",
    "10",
  ];

  it("comes after the plan that it is about, and a no changes nothing", { timeout: deadline }, async () => {
    const { code, shown } = await atTerminal(words(), { env: scene.env, answer: "n" });
    const plan = shown.indexOf("BEFORE AND AFTER");
    expect(plan).toBeGreaterThan(-1);
    expect(shown.indexOf("MOVES")).toBeGreaterThan(plan);
    expect(shown.indexOf("[y/N]")).toBeGreaterThan(shown.indexOf("MOVES"));
    expect({ code, counts: await scene.slotCounts() }).toEqual({ code: 2, counts: [5461, 5461, 5462] });
  });

  it(
    "comes without the plan when the user wants it quiet, and a yes carries it out",
    { timeout: deadline },
    async () => {
      const { code, shown } = await atTerminal([...words(), "--quiet"], { env: scene.env, answer: "y" });
      expect(shown).not.toContain("BEFORE AND AFTER");
      expect({ code, shown }).toMatchObject({ code: 0, shown: expect.stringContaining("10 slots") as string });
      expect((await scene.slotCounts())[0]).toBe(5471);
    },
  );
});
