import { once } from "node:events";
import { connect, createServer, type AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { SilenceWatch } from "../../../src/connect/silence-watch.js";

const timeoutMs = 50;

/** Two ends of a connection: what is written into `far` lies in the kernel at once. */
async function pair() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const near = connect((server.address() as AddressInfo).port, "127.0.0.1");
  const [far] = (await once(server, "connection")) as [typeof near];
  onTestFinished(() => {
    near.destroy();
    far.destroy();
    server.close();
  });
  return { near, far };
}

/** What the program does while it has no time for its sockets. */
function work(ms: number): void {
  const endMs = performance.now() + ms;
  while (performance.now() < endMs);
}

describe("SilenceWatch", () => {
  it("hears an answer that came while the program was busy for longer than the timeout", async () => {
    const { near, far } = await pair();
    let silent = 0;
    const watch = new SilenceWatch(timeoutMs, () => silent++);
    const heard = once(near, "data");
    near.once("data", () => {
      watch.end();
    });
    watch.begin();
    far.write("answer");
    work(timeoutMs * 2);
    await heard;
    await new Promise((resolve) => setImmediate(resolve));
    expect(silent).toBe(0);
  });

  it("goes on watching when an answer that is not the last came in such a time", async () => {
    const { near, far } = await pair();
    const events: string[] = [];
    const ended = new Promise<void>((resolve) => {
      const watch = new SilenceWatch(timeoutMs, () => {
        events.push("silent");
        resolve();
      });
      near.on("data", () => {
        events.push("heard");
        watch.heard();
      });
      watch.begin();
    });
    far.write("one of two");
    work(timeoutMs * 2);
    await ended;
    expect(events).toEqual(["heard", "silent"]);
  });

  it("tells of a silence once, and of none when nothing is awaited any more", async () => {
    let silent = 0;
    const told = new Promise<void>((resolve) => {
      const watch = new SilenceWatch(timeoutMs, () => {
        silent++;
        resolve();
      });
      watch.begin();
    });
    const ended = new SilenceWatch(timeoutMs / 2, () => (silent += 10));
    ended.begin();
    ended.end();
    await told;
    expect(silent).toBe(1);
  });
});
