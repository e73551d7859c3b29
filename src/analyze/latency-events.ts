/** What LATENCY DOCTOR advises, in one or two sentences each; events share an advice where the doctor gives them the same. */
const slowCommands =
  "Read SLOWLOG GET to see which commands take so long and bound them, and split large objects: deleting one blocks.";
const starvedProcess =
  "Constant-time commands are slow when the process gets no CPU: lower the load of the host, pin or enlarge the VM, and measure with redis-cli --intrinsic-latency 100.";
const slowFork =
  "Run smaller shards, on a hypervisor with fast fork (HVM rather than Xen PV), with transparent huge pages disabled.";
const diskContention =
  "Keep persistence on a fast local disk and move other disk-heavy processes, also other instances, off it.";
const fsyncDuringRewrite =
  "Use a faster local disk; where losing the writes of one rewrite is acceptable, set no-appendfsync-on-rewrite to yes.";
const fsyncAlways =
  "Relax appendfsync from always to everysec if losing a second of writes is acceptable, else move the AOF to a faster disk.";
const rewriteDiff =
  "A very high write load makes the end of an AOF rewrite large: group writes into fewer commands, and use a fast local disk.";
const expiry =
  "Spread the TTLs so that fewer keys expire together, raise hz so that expiry works in smaller steps, and split large objects.";
const eviction =
  "Split large objects, set lazyfree-lazy-eviction to yes so that they are freed in the background, and avoid sudden cuts of maxmemory.";
const defragmentation =
  "Lower active-defrag-cycle-max and active-defrag-max-scan-fields, or disable activedefrag where fragmentation is small.";
const moduleLock = "Look for the module that holds the server's lock, and for its slow background work.";

const adviceByEvent: Readonly<Record<string, string>> = {
  command: slowCommands,
  "command-unblocking": slowCommands,
  "fast-command": starvedProcess,
  fork: slowFork,
  "rdb-unlink-temp-file": diskContention,
  "aof-write": diskContention,
  "aof-write-alone": diskContention,
  "aof-write-pending-fsync": fsyncDuringRewrite,
  "aof-write-active-child": fsyncDuringRewrite,
  "aof-fsync-always": fsyncAlways,
  "aof-fstat": diskContention,
  "aof-rename": diskContention,
  "aof-rewrite-diff-write": rewriteDiff,
  "expire-cycle": expiry,
  "expire-del": expiry,
  "eviction-cycle": eviction,
  "eviction-del": eviction,
  "eviction-lazyfree": eviction,
  "active-defrag-cycle": defragmentation,
  "module-acquire-GIL": moduleLock,
};

/** What to do about spikes of a LATENCY event, after the LATENCY DOCTOR of Redis and Valkey; a general advice for one it does not know. */
export function latencyAdvice(event: string): string {
  return adviceByEvent[event] ?? "Ask LATENCY DOCTOR and LATENCY HISTORY when this event happens, and what ran then.";
}
