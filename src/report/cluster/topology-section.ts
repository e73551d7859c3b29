import type { ClusterNode, ClusterTopology } from "../../model/cluster-topology.js";
import type { ObservedTarget } from "../../model/observation.js";
import type { Section, SectionCell } from "../../model/report.js";
import { countSlots, formatRanges } from "../../model/slot-ranges.js";
import { column, tableSection, type SectionPlace } from "../keyspace/section-table.js";
import { replicationLagBytes } from "../replication-lag.js";

/** Primaries in slot order, each with its replicas below it. `slots` and `ranges` are null for replicas. */
export function topologySection(place: SectionPlace, { nodes }: ClusterTopology, observed: ObservedTarget): Section[] {
  return tableSection<ClusterNode>(place, {
    id: "topology",
    title: "TOPOLOGY",
    rows: nodes,
    columns: [
      column("tree", "node", "text", null, treeLabel),
      column("address", "address", "text", 0, ({ address }) => address),
      column("id", "id", "text", 0, ({ id }) => id),
      column("role", "role", "text", 60, ({ role }) => role),
      column("primaryId", "primary", "text", 0, ({ primaryId }) => primaryId),
      column("state", "state", "text", 100, stateOf),
      column(
        "slots",
        "slots",
        "count",
        95,
        ofPrimary((node) => countSlots(node.slots)),
      ),
      column(
        "ranges",
        "slot ranges",
        "text",
        40,
        ofPrimary((node) => formatRanges(node.slots)),
      ),
      column("keys", "keys", "count", 90, ({ keys }) => keys),
      column("usedBytes", "memory", "bytes", 85, ({ usedBytes }) => usedBytes),
      column("opsPerSecond", "ops", "per-second", 80, ({ opsPerSecond }) => opsPerSecond),
      column("lagBytes", "lag", "bytes", 75, (node) => lagOf(node, observed)),
      column("zone", "zone", "text", 30, ({ zone }) => zone),
      column("version", "version", "text", 20, ({ version }) => version),
      column("configEpoch", "epoch", "count", 0, ({ configEpoch }) => configEpoch),
    ],
  });
}

function treeLabel({ role, primaryId, address }: ClusterNode): string {
  if (role === "primary") return address;
  // A replica that follows nobody known stands at the end, below nobody.
  return primaryId === null ? address : `└ ${address}`;
}

/** Only what is not as it should be. */
function stateOf({ reachable, failing }: ClusterNode): SectionCell {
  if (!reachable) return failing ? "failing, not reached" : "not reached";
  return failing ? "failing" : null;
}

function ofPrimary(cell: (node: ClusterNode) => SectionCell): (node: ClusterNode) => SectionCell {
  return (node) => (node.role === "primary" ? cell(node) : null);
}

function lagOf({ address }: ClusterNode, observed: ObservedTarget): number | null {
  const seen = observed.nodes.find(({ node }) => node.address === address);
  return seen === undefined ? null : replicationLagBytes(seen, observed);
}
