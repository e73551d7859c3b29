import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endWithTheTest } from "../support/with-the-test.js";

/** A directory with these files, for `--profiles-dir` and for what a run writes. Removed with the test. */
export async function directoryWith(files: Record<string, string> = {}): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "cachectl-cli-"));
  endWithTheTest(() => rm(dir, { recursive: true }));
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(dir, name), text, { mode: 0o600 })));
  return dir;
}
