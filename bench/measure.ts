import { spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join, resolve } from "node:path";

export const cachectl = [process.execPath, resolve(import.meta.dirname, "../bin/cachectl.js")];

/** The command line that runs `words` on one core alone. Linux. */
export function onCore(core: number, words: string[]): string[] {
  return ["taskset", "-c", String(core), ...words];
}

/** Seconds of wall clock for one run. Rejects unless the exit code is one of `allowed`, with the end of what was printed. */
export async function timeRun([program = "", ...args]: string[], allowed: number[] = [0]): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), "cachectl-bench-"));
  // A file and not a pipe: nobody has to be awake to read it.
  const output = openSync(join(directory, "output"), "w+");
  try {
    const startedAt = performance.now();
    const child = spawn(program, args, { stdio: ["ignore", output, output] });
    const code = await new Promise<number | null>((done, reject) => child.on("error", reject).on("close", done));
    const seconds = (performance.now() - startedAt) / 1000;
    if (code !== null && allowed.includes(code)) return seconds;
    const printed = readFileSync(join(directory, "output"), "utf8").slice(-4_000);
    throw new Error(`${program} ${args.join(" ")} ended with ${code}: ${printed}`);
  } finally {
    closeSync(output);
    rmSync(directory, { recursive: true });
  }
}

/** Megabytes that one run used at its peak (VmHWM). Linux only; a peak in its last few milliseconds is missed. */
export async function peakMemory(
  [program = "", ...args]: string[],
  allowed = [0],
): Promise<{ megabytes: number; seconds: number }> {
  const startedAt = performance.now();
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  let kibibytes = 0;
  const look = () => {
    try {
      const status = readFileSync(`/proc/${child.pid ?? 0}/status`, "utf8");
      kibibytes = Math.max(kibibytes, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0));
    } catch {
      // It has ended between two looks.
    }
  };
  const timer = setInterval(look, 20);
  const code = await new Promise<number | null>((done, reject) => child.on("error", reject).on("close", done));
  clearInterval(timer);
  if (code === null || !allowed.includes(code))
    throw new Error(`${program} ${args.join(" ")} ended with ${code}: ${stderr}`);
  return { megabytes: (kibibytes * 1024) / 1e6, seconds: (performance.now() - startedAt) / 1000 };
}

/** Runs A and B in turn, so that a drift of the machine's speed meets both; the ratio is taken pair by pair. */
export async function pairs(runs: number, a: () => Promise<number>, b: () => Promise<number>) {
  const as: number[] = [];
  const bs: number[] = [];
  // The first run of each fills caches.
  await a();
  await b();
  for (let run = 0; run < runs; run++) {
    as.push(await a());
    bs.push(await b());
  }
  const ratios = as.map((value, i) => value / (bs[i] ?? Number.NaN));
  return { a: spread(as), b: spread(bs), ratio: spread(ratios) };
}

/** Runs all in turn, so that a drift of the machine's speed meets all of them; gives the seconds of each, run by run. */
export async function inTurn(runs: number, programs: (() => Promise<number>)[]): Promise<number[][]> {
  const seconds: number[][] = programs.map(() => []);
  for (let run = 0; run < runs; run++) for (const [i, program] of programs.entries()) seconds[i]?.push(await program());
  return seconds;
}

export interface Spread {
  min: number;
  median: number;
  max: number;
}

export function spread(values: number[]): Spread {
  const sorted = [...values].sort((x, y) => x - y);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  // Of an even count, halfway between the two in the middle: the lower of them would flatter.
  const median = (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2;
  return { min: at(0), median, max: at(sorted.length - 1) };
}

export function row(label: string, { min, median, max }: Spread, unit: string): string {
  const text = (value: number) => value.toFixed(unit === "ms" ? 0 : 2).padStart(7);
  return `${label.padEnd(46)} min ${text(min)}  median ${text(median)}  max ${text(max)} ${unit}`;
}

export function inMs({ min, median, max }: Spread): Spread {
  return { min: min * 1000, median: median * 1000, max: max * 1000 };
}

export function machine(): string {
  return `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? "?"}`;
}
