import { version } from "./version.js";

const argv = process.argv.slice(2);

// Scripts ask for the version often; nothing else need be loaded for it.
if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-V")) {
  // A full disk ends in 3 as in run.ts, which is not loaded here.
  process.stdout.on("error", () => process.exit(3));
  process.stdout.write(`${version()}\n`);
} else {
  const { run } = await import("./run.js");
  await run(argv);
}
