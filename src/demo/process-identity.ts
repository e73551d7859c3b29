import { readFile } from "node:fs/promises";
import { runCommand } from "./run-command.js";

/**
 * What tells a process from any later one with the same pid: when it was started, and in which boot. Null: no such process.
 *
 * Linux counts clock ticks since boot (field 22 of /proc/PID/stat); elsewhere `ps` gives the second it was started.
 */
export async function processIdentity(pid: number): Promise<string | null> {
  let stat: string;
  try {
    stat = await readFile(`/proc/${pid}/stat`, "utf8");
  } catch {
    // No such process, or no /proc at all: ps tells them apart.
    return await startedAccordingToPs(pid);
  }
  // The name, field 2, is in parentheses and may hold blanks and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  // A zombie has ended and only waits for its parent to look.
  if (fields[0] === "Z") return null;
  const boot = await readFile("/proc/sys/kernel/random/boot_id", "utf8");
  return `boot ${boot.trim()} ticks ${fields[19]}`;
}

async function startedAccordingToPs(pid: number): Promise<string | null> {
  const argv = ["ps", "-o", "lstart=", "-p", String(pid)];
  const { exitCode, stdout } = await runCommand(argv, {
    env: { PATH: "/bin:/usr/bin", LC_ALL: "C" },
    timeoutMs: 5_000,
  });
  return exitCode === 0 && stdout !== "" ? `started ${stdout}` : null;
}
