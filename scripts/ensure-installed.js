// Runs before anything is installed, so plain JavaScript without dependencies: `npm test` and `npm run demo` work in a fresh clone.
import { spawnSync } from "node:child_process";
import { existsSync, realpathSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

const root = join(import.meta.dirname, "..");
const installed = join(root, "node_modules", ".package-lock.json");
const wanted = join(root, "package-lock.json");

if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(wanted).mtimeMs) {
  process.stderr.write("installing dependencies (npm ci)\n");
  const { status } = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    shell: process.platform === "win32",
    env: { ...process.env, ...nodeHeaders() },
  });
  process.exitCode = status ?? 1;
}

/** Where better-sqlite3 has to be compiled, the headers beside this Node spare a download. */
function nodeHeaders() {
  const home = dirname(dirname(realpathSync(process.execPath)));
  return existsSync(join(home, "include/node/node.h")) ? { npm_config_nodedir: home } : {};
}
