import { describe, expect, it } from "vitest";
import { SideLine } from "../../../../src/collect/keyspace/side-line.js";
import { ConnectError } from "../../../../src/model/errors.js";
import type { FleetNode, RedisBulkPort } from "../../../../src/model/node-port.js";

const lost = () => new ConnectError("closed", "it hung up", "Look at its log.");

/** A node whose shared connection is lost, and that keeps count of the others. */
function nodeOf(answer: (opened: number) => Promise<string>) {
  const open = new Set<number>();
  let opened = 0;
  const node = {
    openRedis: () => Promise.resolve({ call: () => Promise.reject(lost()) }),
    openBulk: () => {
      const number = ++opened;
      open.add(number);
      const port: Partial<RedisBulkPort> = { call: () => answer(number), close: () => open.delete(number) };
      return Promise.resolve(port);
    },
  } as unknown as FleetNode;
  return { side: new SideLine(node), open, opened: () => opened };
}

const three = (side: SideLine) =>
  Promise.allSettled([side.call("INFO", "server"), side.call("INFO", "replication"), side.call("PING")]);

describe("SideLine", () => {
  it("opens one connection for questions that overlap, and closes it", async () => {
    const { side, open, opened } = nodeOf(() => Promise.resolve("fine"));
    await expect(side.call("PING")).rejects.toThrow("hung up");
    expect((await three(side)).map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "fulfilled"]);
    expect(opened()).toBe(1);
    side.close();
    await Promise.resolve();
    expect(open.size).toBe(0);
  });

  it("opens another one when that is lost too, and leaves none behind", async () => {
    const { side, open, opened } = nodeOf((number) =>
      number === 1 ? Promise.reject(lost()) : Promise.resolve("fine"),
    );
    await three(side);
    expect((await three(side)).map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    expect(await side.call("PING")).toBe("fine");
    expect(opened()).toBe(2);
    expect([...open]).toEqual([2]);
  });

  it("closes a connection that was still being opened when it was closed itself", async () => {
    const { side, open } = nodeOf(() => Promise.resolve("fine"));
    await side.call("PING").catch(() => {});
    const late = side.call("PING").catch(() => {});
    side.close();
    await late;
    await Promise.resolve();
    expect(open.size).toBe(0);
  });
});
