import { carryOutEviction, type EvictionResult } from "../../apply/eviction/carry-out-eviction.js";
import type { EvictionEntry } from "../../apply/eviction/eviction-journal.js";
import { memcachedSettingsPort } from "../../apply/eviction/memcached-settings.js";
import { redisSettingsPort } from "../../apply/eviction/redis-settings.js";
import { openJournal } from "../../apply/journal.js";
import type { EvictionPlan } from "../../model/eviction-plan.js";
import { journalPath } from "../cluster/journal-path.js";
import type { Context } from "../context.js";
import { fleetNode, type OpenTarget } from "./open-target.js";

/** A journal of its own beside that of slot moves, one for each target. */
export function evictionJournalPath(context: Pick<Context, "env" | "home">, target: string): string {
  return journalPath(context, `evict-policy ${target}`);
}

/** Carries out exactly this plan; see {@link carryOutEviction}. Writes. @throws CachectlError usage `journal-unwritable` */
export async function carryOut(
  context: Context,
  target: OpenTarget,
  plan: EvictionPlan,
  { journal: path, keepGoing }: { journal: string; keepGoing: boolean },
): Promise<EvictionResult> {
  const { change, progress } = context;
  const portOf = plan.family === "memcached" ? memcachedSettingsPort : redisSettingsPort;
  const journal = await openJournal<EvictionEntry>(path);
  try {
    return await carryOutEviction({
      ...{ plan, keepGoing },
      ports: new Map(plan.nodes.map(({ node }) => [node, portOf(fleetNode(target, node))])),
      deps: {
        ...{ journal, stop: change.stopRequested, say: (title) => progress.update(title) },
        at: () => new Date(change.clock.now()).toISOString(),
      },
    });
  } finally {
    await journal.close();
  }
}
