import type { NewMember } from "../model/create-plan.js";

/** What it costs to have two so close. A host that dies takes a primary with its replica; each next line matters only where those above are equal. */
const costs = { primaryHost: 1e9, primaryZone: 1e6, siblingHost: 1e3, siblingZone: 1 };

/** One of each zone in turn, within a zone one of each host in turn; else in the order given. */
export function spread(members: readonly NewMember[]): NewMember[] {
  const zones = groupBy(members, zoneOf).map((zone) => inTurn(groupBy(zone, ({ host }) => host)));
  return inTurn(zones);
}

/**
 * Gives each primary its replicas, and each node beyond that to another primary. Begins with the order given, then exchanges
 * two, or passes three round, as long as that brings them further apart. Exchanges are enough to keep all from their
 * primaries' hosts where it can be done: if one shares its primary's host, and no other pair is free of that host, then too
 * many nodes are on it.
 *
 * @returns by primary
 */
export function placeReplicas(
  primaries: readonly NewMember[],
  nodes: readonly NewMember[],
  replicas: number,
): NewMember[][] {
  const even = primaries.length * replicas;
  const placed = primaries.map((_, i) =>
    Array.from(
      { length: replicas },
      (__, row) => nodes[row * primaries.length + ((i + row) % primaries.length)],
    ).filter((node) => node !== undefined),
  );
  addFurther(primaries, placed, nodes.slice(even), replicas);
  const seats = placed.flatMap((group, primary) => group.map((_, seat) => ({ primary, seat })));
  // Every exchange lowers a whole number; the bound only keeps a mistake in the costs from hanging the program.
  for (let round = 0; round < nodes.length; round++)
    if (!improve(primaries, placed, seats) && !improveByThree(primaries, placed, seats)) break;
  return placed;
}

interface Seat {
  primary: number;
  seat: number;
}

function addFurther(
  primaries: readonly NewMember[],
  placed: NewMember[][],
  further: readonly NewMember[],
  replicas: number,
): void {
  for (const node of further) {
    let best: { group: NewMember[]; cost: number } | null = null;
    for (const [i, group] of placed.entries()) {
      if (group.length > replicas) continue;
      const cost = costOf(primaries[i], [...group, node]) - costOf(primaries[i], group);
      if (best === null || cost < best.cost) best = { group, cost };
    }
    best?.group.push(node);
  }
}

/** Exchanges every two that are better off; false when none is. */
function improve(primaries: readonly NewMember[], placed: readonly NewMember[][], seats: readonly Seat[]): boolean {
  let improved = false;
  for (const [i, a] of seats.entries())
    for (const b of seats.slice(i + 1)) {
      if (a.primary === b.primary) continue;
      const cost = () =>
        costOf(primaries[a.primary], placed[a.primary]) + costOf(primaries[b.primary], placed[b.primary]);
      const before = cost();
      if (before === 0) continue;
      exchange(placed, a, b);
      if (cost() < before) improved = true;
      else exchange(placed, a, b);
    }
  return improved;
}

/** For more, all threes take too long; pairs leave little to them there. */
const mostSeatsByThree = 48;

/**
 * Passes nodes round between three primaries where that helps; false when it does not. With two replicas in three zones,
 * primaries may be left with both in one zone, and an exchange of any two would put one into its primary's.
 */
function improveByThree(
  primaries: readonly NewMember[],
  placed: readonly NewMember[][],
  seats: readonly Seat[],
): boolean {
  if (seats.length > mostSeatsByThree) return false;
  const cost = ({ primary }: Seat) => costOf(primaries[primary], placed[primary]);
  let improved = false;
  for (const a of seats) {
    if (cost(a) === 0) continue;
    for (const b of seats)
      for (const c of seats) {
        if (a.primary === b.primary || b.primary === c.primary || a.primary === c.primary) continue;
        const before = cost(a) + cost(b) + cost(c);
        exchange(placed, a, b);
        exchange(placed, b, c);
        if (cost(a) + cost(b) + cost(c) < before) {
          improved = true;
          continue;
        }
        exchange(placed, b, c);
        exchange(placed, a, b);
      }
  }
  return improved;
}

function exchange(placed: readonly NewMember[][], a: Seat, b: Seat): void {
  const [first, second] = [placed[a.primary], placed[b.primary]];
  const [mine, yours] = [first?.[a.seat], second?.[b.seat]];
  if (first === undefined || second === undefined || mine === undefined || yours === undefined) return;
  first[a.seat] = yours;
  second[b.seat] = mine;
}

function costOf(primary: NewMember | undefined, replicas: readonly NewMember[] = []): number {
  if (primary === undefined) return 0;
  return replicas.reduce((sum, replica, i) => {
    const siblings = replicas.slice(i + 1);
    return (
      sum +
      closeness(primary, replica, costs.primaryHost, costs.primaryZone) +
      siblings.reduce((all, one) => all + closeness(one, replica, costs.siblingHost, costs.siblingZone), 0)
    );
  }, 0);
}

function closeness(a: NewMember, b: NewMember, host: number, zone: number): number {
  if (a.host === b.host) return host;
  return zoneOf(a) === zoneOf(b) ? zone : 0;
}

/** A host of which no zone is known is a zone of its own. */
function zoneOf({ host, zone }: NewMember): string {
  return zone === null ? `host ${host}` : `zone ${zone}`;
}

/** By first appearance. */
function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return [...groups.values()];
}

/** The first of each list, then the second of each, … */
function inTurn<T>(lists: readonly T[][]): T[] {
  const longest = lists.reduce((most, { length }) => Math.max(most, length), 0);
  return Array.from({ length: longest }, (_, i) => lists.flatMap((list) => list.slice(i, i + 1))).flat();
}
