/** What of a pair the order of work depends on. */
export interface PairOfNodes {
  from: { id: string };
  to: { id: string };
}

/** Sources that one target takes keys from at the same time: more only wait for it, each blocked meanwhile. */
const sourcesForTarget = 3;

/**
 * Works on pairs at the same time as far as they do not get in each other's way: a source serves one target at a time; a node is
 * never source and target at once, for two nodes whose MIGRATEs wait for each other block both until the timeout.
 * `alone`: no node is in two running pairs. The first rejection is handed on after all that runs has come to rest.
 */
export async function runPairs<T extends PairOfNodes>(
  pairs: readonly T[],
  alone: (pair: T) => boolean,
  work: (pair: T) => Promise<void>,
): Promise<void> {
  const waiting = [...pairs];
  const running = new Map<T, Promise<void>>();
  const failures: unknown[] = [];
  while (waiting.length > 0 || running.size > 0) {
    for (const pair of [...waiting]) {
      if (failures.length > 0 || !mayRun(pair, [...running.keys()], alone)) continue;
      waiting.splice(waiting.indexOf(pair), 1);
      running.set(
        pair,
        work(pair)
          .catch((error: unknown) => void failures.push(error))
          .finally(() => running.delete(pair)),
      );
    }
    if (running.size === 0) break;
    await Promise.race(running.values());
  }
  if (failures.length > 0) throw failures[0];
}

export function mayRun<T extends PairOfNodes>(pair: T, running: readonly T[], alone: (pair: T) => boolean): boolean {
  const nodes = (one: T) => [one.from.id, one.to.id];
  const meets = (one: T) => nodes(one).some((id) => nodes(pair).includes(id));
  if (running.some((one) => (alone(one) || alone(pair)) && meets(one))) return false;
  if (running.some((one) => one.from.id === pair.from.id)) return false;
  if (running.some((one) => one.from.id === pair.to.id || one.to.id === pair.from.id)) return false;
  return running.filter((one) => one.to.id === pair.to.id).length < sourcesForTarget;
}
