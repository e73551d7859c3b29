import { spawn } from "node:child_process";
import { once } from "node:events";
import { beforeAll, describe, expect, it } from "vitest";
import { problemsOf, untilSettled } from "../support/cluster-settled.js";
import { RebalanceScene, rowsOf } from "../support/rebalance-scene.js";
import { usingServers, waitUntil } from "../support/servers/index.js";
import { bareEnvironment } from "../support/bare-environment.js";
import { program } from "./spawn-cli.js";

usingServers();

const deadline = 180_000;

/** MIGRATE, and so slowly that a signal comes in the middle on any machine. */
// Some twenty seconds of work in three pairs, which three tests share: each takes two rounds of windows, the first one also
// the start of another run.
const slowly = ["--engine", "classic", "--rate", "60"];

describe("cluster rebalance that does not come to its end", () => {
  let scene: RebalanceScene;
  let before: string[];

  beforeAll(async () => {
    scene = await RebalanceScene.start("redis-7.0", 16_000);
    before = await scene.content();
    await scene.addEmptyNode("redis-7.0");
  }, deadline);

  it("refuses a second run while one is at it, which changes nothing", { timeout: deadline }, async () => {
    const first = start(scene, ...slowly);
    await untilMoving(scene);
    const { code, stderr } = await scene.run("rebalance", "--include-empty", "--yes");
    expect({ code, stderr }).toMatchObject({ code: 4, stderr: expect.stringContaining("Another run") as string });
    expect(stderr).toContain("cluster rebalance on ");
    first.child.kill("SIGINT");
    await first.ended;
  });

  it("ends with the slots in hand on SIGINT, says how to go on, and goes on", { timeout: deadline }, async () => {
    const running = start(scene, "--json", ...slowly);
    await untilMoving(scene);
    running.child.kill("SIGINT");
    expect(await running.ended).toEqual({ code: 130, signal: null });
    const report = JSON.parse(running.stdout()) as Parameters<typeof rowsOf>[0];
    expect(report).toMatchObject({ interrupted: true, change: { complete: false, failed: [] } });
    expect(report.change?.goOn.join("\n")).toContain("cachectl cluster reshard -p ");
    expect(rowsOf(report, "notMoved")).not.toEqual([]);
    await untilSettled(scene.nodes);
    expect(await scene.content()).toEqual(before);
  });

  it("finishes after kill -9 what was half-moved, and reaches the balance", { timeout: deadline }, async () => {
    const running = start(scene, ...slowly);
    await untilMoving(scene);
    running.child.kill("SIGKILL");
    await running.ended;
    // As long as a killed run's lock stands, nobody may go on.
    await waitUntil(async () => (await scene.run("rebalance", "--include-empty", "--yes")).code !== 4, {
      what: "the killed run's lock has expired and another run went through",
      timeoutMs: 60_000,
      everyMs: 2_000,
    });
    await untilSettled(scene.nodes);
    expect(await problemsOf(scene.nodes)).toEqual([]);
    expect(await scene.slotCounts()).toEqual([4096, 4096, 4096, 4096]);
    expect(await scene.content()).toEqual(before);
  });

  it("refuses slots that somebody else left open, and points to fix", { timeout: deadline }, async () => {
    const [first, second] = scene.nodes as [(typeof scene.nodes)[0], (typeof scene.nodes)[0]];
    const target = String(await second.call("CLUSTER", "MYID"));
    const slot = (await first.call("CLUSTER", "SLOTS")) as [number, number, [string, number]][];
    const own = slot.find(([, , [, port]]) => port === first.port)?.[0] ?? 0;
    await first.call("CLUSTER", "SETSLOT", String(own), "MIGRATING", target);
    const { code, stderr } = await scene.run(
      "rebalance",
      "--threshold",
      "0",
      "--weight",
      `${scene.address(0)}=3`,
      "--yes",
    );
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining("cluster fix") as string });
    await first.call("CLUSTER", "SETSLOT", String(own), "STABLE");
  });

  it("ends well when the reader of its report goes away", { timeout: deadline }, async () => {
    const line = `"${process.execPath}" "${program}" cluster rebalance -p ${scene.url} --dry-run --json | head -1`;
    const shell = spawn("sh", ["-c", line], { env: { ...bareEnvironment, ...scene.env } });
    let text = "";
    shell.stdout.on("data", (piece: Buffer) => (text += piece.toString()));
    const [code] = (await once(shell, "close")) as [number];
    expect({ code, text: text.trim() }).toEqual({ code: 0, text: "{" });
  });
});

function start(scene: RebalanceScene, ...args: string[]) {
  const words = ["cluster", "rebalance", "-p", scene.url, "--include-empty", "--yes", ...args];
  const child = spawn(process.execPath, [program, ...words], {
    cwd: "/",
    env: { ...bareEnvironment, ...scene.env },
    stdio: ["ignore", "pipe", "ignore"],
  });
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  const ended = once(child, "close").then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as string | null,
  }));
  return { child, ended, stdout: () => stdout };
}

/** The newcomer owns more slots than it did, and one is on its way. */
async function untilMoving(scene: RebalanceScene): Promise<void> {
  const had = (await scene.slotCounts())[3] ?? 0;
  await waitUntil(
    async () => {
      const more = ((await scene.slotCounts())[3] ?? 0) > had;
      const open = String(await scene.nodes[3]?.call("CLUSTER", "NODES")).includes("-<-");
      return more && open;
    },
    { what: "slots are moving", timeoutMs: 60_000, everyMs: 20 },
  );
}
