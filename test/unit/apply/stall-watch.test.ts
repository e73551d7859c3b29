import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { MemberLink } from "../../../src/apply/mover/member-link.js";
import { Pace } from "../../../src/apply/mover/pace.js";
import { StallWatch } from "../../../src/apply/mover/stall-watch.js";
import type { MoveMember } from "../../../src/apply/move-types.js";
import type { RedisBulkPort } from "../../../src/model/node-port.js";

const clock = { now: () => 0, monotonicMs: () => performance.now(), sleep: async () => {} };

/** A member that answers every PING at once, and counts its connections and the PINGs. */
function answeringMember() {
  const seen = { connections: 0, pings: 0 };
  const port = {
    pipeline: async () => {
      seen.pings++;
      await nextTurn();
      return ["PONG"];
    },
    close: () => {},
  } as Partial<RedisBulkPort>;
  const openBulk = () => {
    seen.connections++;
    return Promise.resolve(port);
  };
  return { seen, link: new MemberLink({ id: "a", address: "a:1", node: { openBulk } } as unknown as MoveMember) };
}

function newPace(): Pace {
  return new Pace(clock, null, 100);
}

it("a member that several pairs share from the same moment on is asked once for all of them", async () => {
  const { seen, link } = answeringMember();
  const stalls = new StallWatch();
  await Promise.all([newPace(), newPace(), newPace()].map((pace) => stalls.watch(link, pace)));
  expect(seen.pings).toBe(3);
  stalls.end();
});

it("as many members as there are can be watched without a warning, and none is dialled again after the end", async () => {
  const warnings: string[] = [];
  const hear = ({ message }: Error) => warnings.push(message);
  process.on("warning", hear);
  onTestFinished(() => void process.off("warning", hear));
  const members = Array.from({ length: 30 }, answeringMember);
  const stalls = new StallWatch();
  await Promise.all(members.map(({ link }) => stalls.watch(link, newPace())));
  stalls.end();
  for (const { link } of members) link.close();
  for (let turn = 0; turn < 20; turn++) await nextTurn();
  expect(warnings).toEqual([]);
  expect(members.map(({ seen }) => seen.connections)).toEqual(members.map(() => 1));
});
