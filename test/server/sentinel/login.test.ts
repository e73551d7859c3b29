import { expect, it } from "vitest";
import { carryOut } from "../../support/live.js";
import { startScene, untilFound, watcherPassword } from "../../support/sentinel-scene.js";
import { releases, usingServers, type RedisServer } from "../../support/servers/index.js";

usingServers();

const all = await releases();
/** Before and after what 6.2 brought. */
const ends = [...new Set([all.at(0), all.at(-1)])].flatMap((release) => release?.name ?? []);

it.each(ends)(
  "a login that %s refused is refused on the same connections when it is allowed again, until the finding is carried out",
  { timeout: 240_000 },
  async (release) => {
    const scene = await startScene({ release, sentinels: 3, replicas: 1 });
    // With less, a sentinel may take its own pause between two PINGs for a silent connection, and connect anew for that.
    for (const sentinel of scene.sentinels)
      await sentinel.call("SENTINEL", "SET", scene.masterName, "down-after-milliseconds", "10000");
    await untilFound(scene);
    const [replica] = scene.replicas as [RedisServer];
    await replica.call("ACL", "SETUSER", "watcher", "off");
    await replica.call("CLIENT", "KILL", "USER", "watcher");
    await untilFound(scene, "sentinel-login-refused", "sentinel-no-promotable-replica");
    await replica.call("ACL", "SETUSER", "watcher", "on");
    const began = performance.now();
    let finding = await untilFound(scene, "sentinel-login-refused", "sentinel-no-promotable-replica");
    // Longer than the quarter of a minute after which a sentinel gives up a connection that does not answer at all.
    while (performance.now() - began < 17_000 || finding.commands.length < scene.sentinels.length) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      finding = await untilFound(scene, "sentinel-login-refused", "sentinel-no-promotable-replica");
    }
    await carryOut(finding, undefined, watcherPassword);
    expect(finding.action).toContain("restart an older one");
    if (release === "redis-6.0") for (const sentinel of scene.sentinels) await sentinel.restart();
    await untilFound(scene);
  },
);
