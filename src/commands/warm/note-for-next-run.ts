import type { WarmResult } from "../../apply/warm/run-warm.js";
import { removeCheckpoint } from "../../collect/warm/checkpoint-file.js";
import type { WarmSource } from "../../model/warm-source.js";
import type { WarmServer } from "../../report/warm/servers-section.js";
import type { CheckpointKeeper } from "./checkpoint-keeper.js";

interface Ended {
  result: WarmResult;
  keeper: CheckpointKeeper;
  checkpointPath: string;
  source: WarmSource;
  servers: readonly WarmServer[];
}

/**
 * Leaves behind what the next run begins with.
 *
 * @returns what could not be noted, as sentences. The rows are written all the same, so it must not end this run without a report
 */
export async function noteForNextRun(ended: Ended): Promise<string[]> {
  const settled = await Promise.allSettled(notes(ended));
  return settled.flatMap((one) =>
    one.status === "rejected" ? [one.reason instanceof Error ? one.reason.message : String(one.reason)] : [],
  );
}

function notes({ result, keeper, checkpointPath, source, servers }: Ended): Promise<void>[] {
  // What was written is gone, or may be: the next run begins anew, and asks its source for everything.
  if (servers.some(({ restarted, away }) => restarted || away)) return [keeper.forget()];
  return result.stop === null
    ? [removeCheckpoint(checkpointPath), source.committed?.() ?? Promise.resolve()]
    : [keeper.keep(result.resumeAt, result.counts.read)];
}
