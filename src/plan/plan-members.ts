import type { ClusterNode } from "../model/cluster-topology.js";
import type { PlanRefusal } from "../model/slot-plan.js";
import { refuse } from "./refuse.js";
import { nobody } from "./slot-map.js";

/** The primary's place in the list, or why there is none. */
export function placeOf(
  primaries: readonly ClusterNode[],
  all: readonly ClusterNode[],
  id: string,
): number | PlanRefusal {
  const place = primaries.findIndex((primary) => primary.id === id);
  if (place !== nobody) return place;
  const known = all.find((node) => node.id === id);
  const names = primaries.map(({ address }) => address).join(", ");
  if (known === undefined)
    return refuse("unknown-node", `No member of this cluster has the id ${id}.`, `Primaries: ${names}.`);
  return refuse(
    "not-a-primary",
    `${known.address} is a replica: it has no slots of its own.`,
    `Name a primary: ${names}.`,
  );
}

/** The places of all of them, each once and ascending; the first refusal where one is none. */
export function placesOf(
  primaries: readonly ClusterNode[],
  all: readonly ClusterNode[],
  ids: readonly string[],
): number[] | PlanRefusal {
  const places = new Set<number>();
  for (const id of ids) {
    const place = placeOf(primaries, all, id);
    if (typeof place !== "number") return place;
    places.add(place);
  }
  return [...places].sort((a, b) => a - b);
}

/** Who takes part with which weight: what the user says, 1 for those who have slots, 0 for those who are drained or left out. */
export function weightsOf(
  primaries: readonly ClusterNode[],
  all: readonly ClusterNode[],
  {
    weights,
    includeEmpty,
    drain,
  }: { weights: Record<string, number>; includeEmpty: boolean; drain: readonly string[] },
): number[] | PlanRefusal {
  const drained = placesOf(primaries, all, drain);
  if (!Array.isArray(drained)) return drained;
  const shares = primaries.map<number>(({ slots }) => (slots.length > 0 || includeEmpty ? 1 : 0));
  for (const [id, weight] of Object.entries(weights)) {
    const place = placeOf(primaries, all, id);
    if (typeof place !== "number") return place;
    const address = primaries[place]?.address ?? id;
    if (!Number.isFinite(weight) || weight < 0)
      return refuse("bad-weight", `The weight of ${address} is ${weight}.`, "A weight is 0 or a positive number.");
    if (weight > 0 && drained.includes(place))
      return refuse(
        "weight-of-drained",
        `${address} is to be drained and has the weight ${weight}.`,
        "Leave out its weight, or do not drain it.",
      );
    shares[place] = weight;
  }
  for (const place of drained) shares[place] = 0;
  if (shares.some((share) => share > 0)) return shares;
  return refuse(
    "nobody-takes",
    "No primary is left to take the slots: each one is drained, has the weight 0 or is an empty one that takes no part.",
    "Give at least one primary a positive weight, or add --include-empty.",
  );
}
