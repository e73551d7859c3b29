import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Once for a test run, before its workers start: a place for the journals and the like of every program that is run. */
export default function setUp(): () => void {
  const directory = mkdtempSync(join(tmpdir(), "cachectl-test-state-"));
  process.env["CACHECTL_TEST_STATE"] = directory;
  return () => rmSync(directory, { recursive: true, force: true });
}
