/** So many slots from one place to another. */
export interface Flow {
  from: number;
  to: number;
  slots: number;
}

interface Open {
  place: number;
  left: number;
}

/**
 * Who gives how much to whom, so that everyone who has too much or too little has what it should. Nobody gives and takes, so
 * the sum is the least possible. Few pairs: amounts that match exactly come first, then the largest with the largest, which
 * makes at most one pair less than there are givers and takers together.
 */
export function matchSurplus(have: readonly number[], wanted: readonly number[]): Flow[] {
  const givers = openAmounts(have, wanted);
  const takers = openAmounts(wanted, have);
  const flows: Flow[] = [];
  for (;;) {
    const pair = equalPair(givers, takers) ?? largestPair(givers, takers);
    if (pair === null) return flows;
    const [giver, taker] = pair;
    const slots = Math.min(giver.left, taker.left);
    giver.left -= slots;
    taker.left -= slots;
    flows.push({ from: giver.place, to: taker.place, slots });
  }
}

function openAmounts(more: readonly number[], less: readonly number[]): Open[] {
  return more.map((amount, place) => ({ place, left: amount - (less[place] ?? 0) })).filter(({ left }) => left > 0);
}

function equalPair(givers: Open[], takers: Open[]): [Open, Open] | null {
  for (const giver of givers) {
    const taker = giver.left > 0 ? takers.find(({ left }) => left === giver.left) : undefined;
    if (taker !== undefined) return [giver, taker];
  }
  return null;
}

function largestPair(givers: Open[], takers: Open[]): [Open, Open] | null {
  const giver = largest(givers);
  const taker = largest(takers);
  return giver === null || taker === null ? null : [giver, taker];
}

/** The first of those with the most; null when all are done. */
function largest(open: Open[]): Open | null {
  let found: Open | null = null;
  for (const one of open) if (one.left > (found?.left ?? 0)) found = one;
  return found;
}
