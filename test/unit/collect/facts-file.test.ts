import { mkdir, mkdtemp, readdir, rm, stat, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { parseObservation, readFactsFile, writeFactsFile } from "../../../src/collect/facts-file.js";
import { missing } from "../../../src/model/fact.js";
import { observationOf, redisNode } from "../../support/facts.js";

const observation = observationOf([redisNode({ config: missing("not-permitted", "this login may not: CONFIG GET") })]);

async function directory(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "cachectl-facts-"));
  onTestFinished(() => rm(dir, { recursive: true }));
  return dir;
}

describe("a facts file", () => {
  it("gives back what was written, missing facts with their reasons too", async () => {
    const path = join(await directory(), "facts.json");
    await writeFactsFile(path, observation);
    expect(await readFactsFile(path)).toEqual(observation);
  });

  it("is for its owner only and leaves nothing beside it", async () => {
    const dir = await directory();
    await writeFactsFile(join(dir, "facts.json"), observation);
    await writeFactsFile(join(dir, "facts.json"), observation);
    expect((await stat(join(dir, "facts.json"))).mode & 0o777).toBe(0o600);
    expect(await readdir(dir)).toEqual(["facts.json"]);
  });

  it("is written through a link, which stays one", async () => {
    const dir = await directory();
    await writeFactsFile(join(dir, "real.json"), observation);
    await symlink("real.json", join(dir, "link.json"));
    await writeFactsFile(join(dir, "link.json"), { ...observation, sampleSeconds: 9 });
    expect(await readFactsFile(join(dir, "real.json"))).toHaveProperty("sampleSeconds", 9);
  });

  it("does not put a file in the place of a device", async () => {
    await writeFactsFile("/dev/null", observation);
    expect((await stat("/dev/null")).isCharacterDevice()).toBe(true);
  });

  it("says that it cannot be written, and leaves no rest", async () => {
    const dir = await directory();
    await mkdir(join(dir, "taken"));
    await expect(writeFactsFile(join(dir, "taken"), observation)).rejects.toMatchObject({ code: "facts-not-written" });
    await expect(writeFactsFile(join(dir, "none/facts.json"), observation)).rejects.toMatchObject({ kind: "usage" });
    expect(await readdir(dir)).toEqual(["taken"]);
  });

  it("says that it is not there", async () => {
    await expect(readFactsFile("/nonexistent/facts.json")).rejects.toMatchObject({ code: "facts-unreadable" });
  });
});

describe("parseObservation", () => {
  const text = JSON.stringify(observation);

  it.each([
    ["half a file", text.slice(0, 100)],
    ["a report", JSON.stringify({ schemaVersion: 1, operation: "analyze-cache", targets: [] })],
    ["a later format", JSON.stringify({ ...observation, schemaVersion: 2 })],
    ["no time", JSON.stringify({ ...observation, observedAt: "yesterday" })],
    [
      "a target without nodes",
      JSON.stringify({ ...observation, targets: [{ target: observation.targets[0]?.target }] }),
    ],
    ["null", "null"],
  ])("does not take %s for facts", (_what, content) => {
    expect(() => parseObservation(content, "facts.json")).toThrow("the facts in facts.json cannot be read");
  });

  it("takes its own", () => {
    expect(parseObservation(text, "facts.json")).toEqual(observation);
  });
});
