import { readdir } from "node:fs/promises";
import { findProgram } from "../../../src/demo/find-programs.js";
import { installServers } from "../../../src/demo/install-servers.js";

/**
 * The path of a database's program, on the PATH or where packages put it; installed when it is not there. Databases are run from
 * binaries in both modes: what is tested is how they are read, which a container does not change.
 */
export async function findDatabase(product: "postgres" | "mariadb", program: string): Promise<string> {
  const before = await look(program);
  if (before !== null) return before;
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  await installServers([product], { env: process.env, say, isRoot: process.getuid?.() === 0 });
  const after = await look(program);
  if (after === null) throw new Error(`${product} was installed, but its program ${program} is nowhere`);
  return after;
}

async function look(program: string): Promise<string | null> {
  return findProgram(program, process.env, ["/usr/sbin", "/usr/bin", "/usr/libexec", ...(await postgresFolders())]);
}

/** Debian keeps every major version apart and puts none on the PATH; the newest first. */
async function postgresFolders(): Promise<string[]> {
  const root = "/usr/lib/postgresql";
  const versions = await readdir(root).catch(() => []);
  return versions.sort((a, b) => Number(b) - Number(a)).map((version) => `${root}/${version}/bin`);
}
