import { expect, it } from "vitest";
import { SentinelConnections } from "../../../src/apply/drill/ask-sentinels.js";
import { openFleet } from "../../../src/connect/open-fleet.js";
import { liveProfile } from "../../support/live.js";
import { startSentinelGroup, usingServers } from "../../support/servers/index.js";

usingServers();

it("asks a sentinel again that gave no answer once, and one whose connection broke", async () => {
  const group = await startSentinelGroup({ masterName: "größe" });
  const [stuck, broken] = group.sentinels;
  if (stuck === undefined || broken === undefined) throw new Error("a group has three sentinels");
  const timeouts = { connectMs: 5_000, commandMs: 3_000 };
  const profile = liveProfile(group.sentinels, { kind: "sentinel", profile: { timeouts } });
  const fleet = await openFleet(profile, new AbortController().signal);
  const opened: string[] = [];
  const asked = new SentinelConnections((address) => {
    opened.push(address);
    return fleet.nodes.find(({ identity }) => identity.address === address) ?? null;
  });
  const named = (address: string) => asked.master(address, group.masterName);
  const expected = { address: group.primary.address };

  expect(await named(stuck.address)).toMatchObject(expected);
  await stuck.freeze();
  await expect(named(stuck.address)).rejects.toMatchObject({ connectCause: "timed-out" });
  await stuck.thaw();
  await expect.poll(() => named(stuck.address), { timeout: 20_000 }).toMatchObject(expected);

  expect(await named(broken.address)).toMatchObject(expected);
  await broken.call("CLIENT", "KILL", "TYPE", "normal");
  await expect.poll(() => named(broken.address), { timeout: 20_000 }).toMatchObject(expected);

  // While one stands still, the others say where to write.
  await stuck.freeze();
  const find = asked.primaryFinder([stuck.address, broken.address], group.masterName, (address) => address);
  expect(await find()).toBe(group.primary.address);
  opened.length = 0;
  for (let turn = 0; turn < 4; turn++) expect(await find()).toBe(group.primary.address);
  expect(opened).toEqual([]);
  await stuck.thaw();
  fleet.close();
});
