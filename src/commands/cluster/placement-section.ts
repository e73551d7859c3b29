import type { CreatePlan, NewMember } from "../../model/create-plan.js";
import type { TableSection } from "../../model/report.js";
import { formatRanges } from "../../model/slot-ranges.js";

/** Who becomes what in a new cluster: a row a node, each primary followed by its replicas. */
export function placementSection({ primaries }: CreatePlan): TableSection {
  return {
    kind: "table",
    id: "placement",
    title: "PLACEMENT",
    columns: [
      { key: "node", label: "node", unit: "text" },
      { key: "role", label: "role", unit: "text" },
      { key: "zone", label: "zone", unit: "text" },
      { key: "primary", label: "of primary", unit: "text" },
      { key: "slots", label: "slots", unit: "text" },
      { key: "slotCount", label: "count", unit: "count" },
    ],
    rows: primaries.flatMap((primary) => [
      {
        ...common(primary),
        role: "primary",
        primary: null,
        slots: formatRanges(primary.slots),
        slotCount: primary.slotCount,
      },
      ...primary.replicas.map((replica) => ({
        ...common(replica),
        role: "replica",
        primary: primary.address,
        slots: null,
        slotCount: null,
      })),
    ]),
  };
}

function common({ address, zone }: NewMember): { node: string; zone: string | null } {
  return { node: address, zone };
}
