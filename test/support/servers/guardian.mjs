// Ends what a test process leaves behind, however that process ended: also when it was killed and could run no handler.
// It reads lines `+pid 123`, `-pid 123`, `+container <id>`, `+dir /tmp/…` and so on; the end of input means the test process is gone.
import { rm } from "node:fs/promises";
import process from "node:process";
import { createInterface } from "node:readline";

const left = { pid: new Set(), container: new Set(), dir: new Set() };

for await (const line of createInterface({ input: process.stdin })) {
  const [action, value] = line.split(" ", 2);
  const kind = action.slice(1);
  if (action.startsWith("+")) left[kind].add(value);
  else left[kind].delete(value);
}

// A pid is on the list only until the test process has seen its exit, so it cannot belong to somebody else by now.
for (const pid of left.pid) {
  try {
    process.kill(Number(pid), "SIGKILL");
  } catch {
    // It ended by itself in the meantime.
  }
}
if (left.container.size > 0) {
  const { getContainerRuntimeClient } = await import("testcontainers");
  const client = await getContainerRuntimeClient();
  await Promise.allSettled([...left.container].map((id) => client.container.getById(id).remove({ force: true })));
}
for (const dir of left.dir) await rm(dir, { recursive: true, force: true, maxRetries: 5 });
