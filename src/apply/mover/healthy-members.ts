import { CachectlError } from "../../model/errors.js";
import { errorText, isLost, type MemberLink } from "./member-link.js";
import type { MoveDeps } from "../move-types.js";

const longestWaitMs = 60_000;

/**
 * Waits until every member says cluster_state:ok: a node that has just joined answers CLUSTERDOWN until it has heard of all slots,
 * and what is moved to it by then stays open. Resolves with false when a stop was asked for meanwhile.
 *
 * @throws CachectlError change `cluster-not-healthy` after 60 s: nothing was changed
 */
export async function waitForHealth(members: readonly MemberLink[], deps: MoveDeps): Promise<boolean> {
  const until = deps.clock.monotonicMs() + longestWaitMs;
  for (;;) {
    const obstacles = (await Promise.all(members.map(obstacleOf))).filter((obstacle) => obstacle !== null);
    if (obstacles.length === 0) return true;
    if (deps.stopRequested.aborted) return false;
    if (deps.clock.monotonicMs() >= until)
      throw new CachectlError(
        "change",
        "cluster-not-healthy",
        `No slot was moved: after 60 s ${obstacles.join(", ")}`,
        "Run `cachectl cluster check`; `cachectl cluster fix` mends open and uncovered slots.",
      );
    await deps.clock.sleep(200);
  }
}

async function obstacleOf(link: MemberLink): Promise<string | null> {
  try {
    const reply = await link.askOne("tell", "CLUSTER", "INFO");
    const state = typeof reply === "string" ? /cluster_state:(\w+)/.exec(reply)?.[1] : errorText(reply);
    return state === "ok" ? null : `${link.address} says cluster_state:${state ?? "unknown"}`;
  } catch (error) {
    if (!isLost(error)) throw error;
    return error.message;
  }
}
