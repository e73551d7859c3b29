import { cachectl, machine, pairs, row, timeRun } from "./measure.js";
import { BenchServers } from "./servers.js";

const healthyCount = 190;
const blackHoleCount = 10;

/** 200 targets, 10 of them black-holed, against one healthy target and against one black-holed one. */
export async function bench(args: string[]): Promise<void> {
  const runs = Number(args[0] ?? 5);
  console.log(machine());
  const servers = new BenchServers();
  try {
    const healthy: number[] = [];
    for (let i = 0; i < healthyCount; i++) healthy.push(await servers.redis(["--databases", "1"]));
    const dead = await Promise.all(Array.from({ length: blackHoleCount }, () => servers.blackHole()));
    const urls = [...healthy, ...dead].map((port) => `redis://127.0.0.1:${port}`);
    // Exit code 3: some were not reached.
    const all = () => timeRun([...cachectl, "analyze", "--json", ...urls], [3]);
    const one = () => timeRun([...cachectl, "analyze", "--json", `redis://127.0.0.1:${healthy[0] ?? 0}`]);
    const black = () => timeRun([...cachectl, "analyze", "--json", `redis://127.0.0.1:${dead[0] ?? 0}`], [3]);
    const toOne = await pairs(runs, all, one);
    console.log(row(`${healthyCount} healthy and ${blackHoleCount} black-holed targets`, toOne.a, "s"));
    console.log(row("one healthy target", toOne.b, "s"));
    console.log(row("ratio, pair by pair", toOne.ratio, "×"));
    const toBlack = await pairs(runs, all, black);
    console.log(row("one black-holed target", toBlack.b, "s"));
    console.log(row("ratio, pair by pair", toBlack.ratio, "×"));
  } finally {
    await servers.stop();
  }
}
