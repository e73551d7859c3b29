import type { WarmResult } from "../../apply/warm/run-warm.js";
import type { WarmSource } from "../../model/warm-source.js";
import type { CheckpointKeeper } from "./checkpoint-keeper.js";

interface Ended {
  result: WarmResult;
  keeper: CheckpointKeeper;
  source: WarmSource;
  /** Whether something that was acknowledged is gone, or may be. */
  hasLost: boolean;
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

function notes({ result, keeper, source, hasLost }: Ended): Promise<void>[] {
  const { stop, counts } = result;
  // The next run begins anew, and asks its source for everything.
  if (hasLost) return [keeper.forget()];
  if (stop !== null) return [keeper.keep(result.resumeAt, counts.read)];
  // What the target refused has to be asked for again too.
  return counts.failed > 0 ? [keeper.forget()] : [keeper.forget(), source.committed?.() ?? Promise.resolve()];
}
