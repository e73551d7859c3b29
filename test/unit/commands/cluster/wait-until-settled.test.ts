import { describe, expect, it } from "vitest";
import type { Context } from "../../../../src/commands/context.js";
import type { OpenCluster } from "../../../../src/commands/cluster/open-cluster.js";
import { settle, waitUntilSettled } from "../../../../src/commands/cluster/wait-until-settled.js";
import type { ClusterObstacle, ClusterTopology } from "../../../../src/model/cluster-topology.js";

describe("waiting until every node sees a healthy cluster", () => {
  it("looks again until a newcomer has caught up", async () => {
    const scene = sceneOf([["state-not-ok", "views-differ"], ["state-not-ok"], []]);
    expect(await waitUntilSettled(scene.context, scene.cluster)).toMatchObject({ obstacles: [] });
    expect(scene.looks()).toBe(3);
  });

  it("gives up after a minute and names the worst obstacle and its next step", async () => {
    const scene = sceneOf([["state-not-ok", "views-differ"]]);
    await expect(waitUntilSettled(scene.context, scene.cluster)).rejects.toMatchObject({
      ...{ kind: "usage", code: "state-not-ok", hint: "Do this." },
      message: "It is state-not-ok (and 1 more); nothing was changed",
    });
    expect(scene.nowMs()).toBeGreaterThanOrEqual(60_000);
    expect(scene.nowMs()).toBeLessThan(61_000);
  });

  it("does not wait a minute for what does not pass by itself", async () => {
    const scene = sceneOf([["slots-open"]]);
    await expect(waitUntilSettled(scene.context, scene.cluster)).rejects.toMatchObject({ code: "slots-open" });
    expect(scene.nowMs()).toBeLessThan(5_000);
  });

  it("ends as unreached where a node does not answer", async () => {
    const scene = sceneOf([["node-unreachable"]]);
    await expect(waitUntilSettled(scene.context, scene.cluster)).rejects.toMatchObject({ kind: "unreached" });
  });

  it("leaves out what the verb deals with itself", async () => {
    const scene = sceneOf([["node-unreachable"]]);
    await waitUntilSettled(scene.context, scene.cluster, { tolerated: ["node-unreachable"] });
    expect(scene.looks()).toBe(1);
  });

  it("ends with the first signal, before anything is changed", async () => {
    const scene = sceneOf([["views-differ"]]);
    scene.stop.abort(new Error("interrupted"));
    await expect(waitUntilSettled(scene.context, scene.cluster)).rejects.toThrow("interrupted");
  });

  it("goes on checking through the first signal where something was changed already", async () => {
    const scene = sceneOf([["views-differ"], []]);
    scene.stop.abort();
    expect(await settle(scene.context, scene.cluster)).toMatchObject({ standing: [] });
  });
});

/** A cluster that shows these obstacles look by look, the last of them for ever, and a clock that only its sleeps move. */
function sceneOf(shown: ClusterObstacle["code"][][]) {
  let looks = 0;
  let nowMs = 0;
  const stop = new AbortController();
  const lookAgain = (): Promise<ClusterTopology> => {
    const codes = shown[Math.min(looks, shown.length - 1)] ?? [];
    looks += 1;
    const obstacles = codes.map((code) => ({ code, message: `It is ${code}.`, hint: "Do this." }));
    return Promise.resolve({ nodes: [], uncovered: [], obstacles, fingerprint: "f" });
  };
  const clock = {
    now: () => nowMs,
    monotonicMs: () => nowMs,
    sleep: (ms: number) => Promise.resolve(void (nowMs += ms)),
  };
  const progress = { update: () => {}, note: () => {}, stop: () => {} };
  return {
    context: { progress, change: { clock, stopRequested: stop.signal } } as unknown as Context,
    cluster: { lookAgain } as OpenCluster,
    stop,
    looks: () => looks,
    nowMs: () => nowMs,
  };
}
