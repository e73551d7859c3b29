import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  readResumeFile,
  removeResumeFile,
  writeResumeFile,
  type UnfinishedScan,
} from "../../../../src/collect/keyspace/resume-file.js";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "cachectl-resume-"));
});
afterAll(() => rm(directory, { recursive: true }));

const asked: UnfinishedScan<unknown>["asked"] = {
  from: "primaries",
  database: null,
  match: "user:*",
  type: null,
  sampleRatio: 1,
  touch: false,
  frequencies: false,
  top: 20,
};

const scan: UnfinishedScan<unknown> = {
  schemaVersion: 1,
  asked,
  targets: { prod: { positions: {}, statistics: { keys: 5 } }, other: null },
};

describe("the file of an unfinished scan", () => {
  it("gives back what was kept, and only its owner may read it", async () => {
    const path = join(directory, "scan.json");
    await writeResumeFile(path, scan);
    expect(await readResumeFile(path, asked, ["prod"])).toEqual(scan);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it("is no error when it is not there yet, but where it could never be is", async () => {
    expect(await readResumeFile(join(directory, "new.json"), asked, ["prod"])).toBeNull();
    await expect(readResumeFile(join(directory, "no/where.json"), asked, ["prod"])).rejects.toThrow("cannot be kept");
  });

  it("refuses to go on with another question or another target", async () => {
    const path = join(directory, "scan.json");
    await writeResumeFile(path, scan);
    await expect(readResumeFile(path, { ...asked, match: null, top: 5 }, ["prod"])).rejects.toThrow(
      "it was begun with another match, top",
    );
    await expect(readResumeFile(path, asked, ["prod", "staging"])).rejects.toThrow("other targets than staging");
  });

  it.each([
    ["{", "it is not JSON"],
    ["null", "holds no scan"],
    ["{}", "holds no scan"],
    [`{"schemaVersion":2,"asked":{},"targets":{}}`, "holds no scan"],
  ])("refuses a file with %s in it and leaves it as it is", async (text, why) => {
    const path = join(directory, "foreign.json");
    await writeFile(path, text);
    await expect(readResumeFile(path, asked, ["prod"])).rejects.toThrow(why);
    expect(await readFile(path, "utf8")).toBe(text);
  });

  it("refuses a scan of which anything was changed", async () => {
    const path = join(directory, "scan.json");
    await writeResumeFile(path, scan);
    await writeFile(path, (await readFile(path, "utf8")).replace(`"keys":5`, `"keys":6`));
    await expect(readResumeFile(path, asked, ["prod"])).rejects.toThrow("not as cachectl left it");
  });

  it("goes away, twice if need be, when the scan has come to its end", async () => {
    const path = join(directory, "scan.json");
    await writeResumeFile(path, scan);
    await removeResumeFile(path);
    await removeResumeFile(path);
    await expect(stat(path)).rejects.toThrow("ENOENT");
  });
});
