import { cachectl, inMs, machine, pairs, row, timeRun } from "./measure.js";
import { BenchServers } from "./servers.js";

/** How long the program takes to say its version, and to analyze one local node beyond the time it samples. */
export async function bench(): Promise<void> {
  const node = [process.execPath, "-e", "0"];
  console.log(machine());
  const version = await pairs(
    20,
    () => timeRun([...cachectl, "--version"]),
    () => timeRun(node),
  );
  console.log(row("cachectl --version", inMs(version.a), "ms"));
  console.log(row("node -e 0", inMs(version.b), "ms"));
  console.log(row("ratio, pair by pair", version.ratio, "×"));

  const servers = new BenchServers();
  try {
    const url = `redis://127.0.0.1:${await servers.redis()}`;
    const analyze = (sample: string) => timeRun([...cachectl, "analyze", url, "--sample", sample]);
    const over = await pairs(
      10,
      async () => (await analyze("1s")) - 1,
      () => analyze("0"),
    );
    console.log(row("analyze of one node, over its sample of 1 s", inMs(over.a), "ms"));
    console.log(row("analyze of one node, --sample 0", inMs(over.b), "ms"));
  } finally {
    await servers.stop();
  }
}
