import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { DemoRun } from "../../../src/demo/demo-run.js";
import { stopDemoRuns } from "../../../src/demo/end-demo.js";
import { processIdentity } from "../../../src/demo/process-identity.js";
import { demoDeps } from "../../support/servers/demo-deps.js";
import { temporaryDirectory, usingServers } from "../../support/servers/index.js";

usingServers();

const children: ChildProcess[] = [];
afterEach(() => children.splice(0).forEach((child) => child.kill("SIGKILL")));

async function sleeper(): Promise<{ child: ChildProcess; pid: number }> {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 60000)"], { stdio: "ignore" });
  children.push(child);
  await once(child, "spawn");
  return { child, pid: child.pid ?? 0 };
}

async function stateDeps() {
  const state = await temporaryDirectory();
  return { state, deps: demoDeps({ env: { ...process.env, XDG_STATE_HOME: state } }) };
}

describe("processIdentity", () => {
  it("stays the same while the process lives, and ends with it", async () => {
    const { child, pid } = await sleeper();
    const identity = await processIdentity(pid);
    expect(identity).not.toBeNull();
    expect(await processIdentity(pid)).toBe(identity);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(await processIdentity(pid)).toBeNull();
  });
});

describe("stopDemoRuns", () => {
  it("ends what an earlier process has left running, and removes its files", async () => {
    const { deps, state } = await stateDeps();
    const { child, pid } = await sleeper();
    const run = new DemoRun(deps);
    run.add({ kind: "process", pid, identity: (await processIdentity(pid)) ?? "" });
    expect(await stopDemoRuns(deps)).toBe(1);
    expect(child.signalCode ?? (await once(child, "exit"))[1]).toBe("SIGKILL");
    expect(existsSync(run.dir)).toBe(false);
    expect(await readdir(join(state, "cachectl"))).toEqual([]);
    expect(await stopDemoRuns(deps)).toBe(0);
  });

  it("leaves a process alone that has only the same pid", async () => {
    const { deps } = await stateDeps();
    const { pid } = await sleeper();
    new DemoRun(deps).add({ kind: "process", pid, identity: "boot of last week ticks 1" });
    await stopDemoRuns(deps);
    expect(await processIdentity(pid)).not.toBeNull();
  });

  it("touches nothing on the word of a file that it did not write", async () => {
    const { deps, state } = await stateDeps();
    const precious = await temporaryDirectory();
    await mkdir(join(state, "cachectl"));
    const file = join(state, "cachectl", "cachectl-demo-abc.json");
    await writeFile(file, JSON.stringify({ schemaVersion: 1, dir: precious, engine: null, servers: [] }));
    await expect(stopDemoRuns(deps)).rejects.toMatchObject({ code: "state-unreadable" });
    expect(existsSync(precious)).toBe(true);
  });

  it("says what to do when its notes cannot be written", async () => {
    const state = join(await temporaryDirectory(), "file");
    await writeFile(state, "");
    expect(() => new DemoRun(demoDeps({ env: { XDG_STATE_HOME: state } }))).toThrow(
      expect.objectContaining({ code: "state-not-writable" }),
    );
  });
});
