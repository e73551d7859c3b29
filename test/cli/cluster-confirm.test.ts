import { spawn } from "node:child_process";
import { once } from "node:events";
import { beforeAll, describe, expect, it } from "vitest";
import { RebalanceScene } from "../support/rebalance-scene.js";
import { usingServers, waitUntil } from "../support/servers/index.js";
import { bareEnvironment } from "../support/bare-environment.js";
import { program } from "./spawn-cli.js";

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
    const { code, shown } = await answered(scene, words(), "n");
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
      const { code, shown } = await answered(scene, [...words(), "--quiet"], "y");
      expect(shown).not.toContain("BEFORE AND AFTER");
      expect({ code, shown }).toMatchObject({ code: 0, shown: expect.stringContaining("10 slots") as string });
      expect((await scene.slotCounts())[0]).toBe(5471);
    },
  );
});

/** What the terminal showed in all, and the exit code of the program that ran in it. */
async function answered(scene: RebalanceScene, words: string[], answer: string) {
  const line = [process.execPath, program, ...words].map((word) => `'${word}'`).join(" ");
  const terminal = spawn("script", ["-qefc", line, "/dev/null"], {
    env: { ...bareEnvironment, ...scene.env, TERM: "xterm", SHELL: "/bin/sh" },
  });
  let shown = "";
  terminal.stdout.setEncoding("utf8").on("data", (text: string) => (shown += text));
  const closed = once(terminal, "close") as Promise<[number | null]>;
  try {
    await waitUntil(() => Promise.resolve(shown.includes("[y/N]") || terminal.exitCode !== null), {
      what: "it asks",
      timeoutMs: 60_000,
    });
    terminal.stdin.write(`${answer}\n`);
    const [code] = await closed;
    return { code, shown };
  } finally {
    terminal.kill("SIGKILL");
  }
}
