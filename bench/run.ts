/** `npm run bench -- <name> [arguments]`: one benchmark of this folder, side by side with what it is compared to, in one run. */
const benches = {
  startup: () => import("./startup.js"),
  "fan-out": () => import("./fan-out.js"),
  bigkeys: () => import("./bigkeys.js"),
  "bigkeys-memory": () => import("./bigkeys-memory.js"),
  rebalance: () => import("./rebalance.js"),
  warm: () => import("./warm.js"),
  metadump: () => import("./metadump.js"),
  invalidate: () => import("./invalidate.js"),
};

const [name, ...args] = process.argv.slice(2);
const load = benches[name as keyof typeof benches] as
  (() => Promise<{ bench(args: string[]): Promise<void> }>) | undefined;
if (load === undefined) {
  console.error(`usage: npm run bench -- ${Object.keys(benches).join("|")}`);
  process.exitCode = 2;
} else {
  await (await load()).bench(args);
}
