import { describe, expect, it } from "vitest";
import { disturbed } from "../../support/move-disturbed.js";
import { usingServers, type RedisServer } from "../../support/servers/index.js";

usingServers();

const deadline = 120_000;

describe("a move that loses a node in the middle", () => {
  it.each(["batch-moved", "target-owns"] as const)(
    "reports a source that is killed at %s, and ends well when asked again",
    { timeout: deadline },
    async (step) => {
      const result = await disturbed(
        step,
        ([source]) => source.kill(),
        ([source]) => source.start(),
      );
      expect(result.notMoved.length).toBeGreaterThan(0);
    },
  );

  it("goes on by itself when the target comes back soon", { timeout: deadline }, async () => {
    const restart = async ([, target]: RedisServer[]) => {
      await target?.kill();
      await target?.start();
    };
    await disturbed("batch-moved", restart, () => Promise.resolve());
  });

  it("does not stop for a bystander that is killed, and says so", { timeout: deadline }, async () => {
    const result = await disturbed(
      "batch-moved",
      ([, , bystander]) => bystander.kill(),
      ([, , bystander]) => bystander.start(),
      // Or the others refuse to serve from three seconds on, and a slow machine needs longer than that.
      { "cluster-require-full-coverage": "no" },
    );
    expect(result).toMatchObject({ notMoved: [] });
    expect(result.notes.join()).toContain("could not be told of new owners");
  });
});
