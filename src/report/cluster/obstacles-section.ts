import type { ClusterObstacle, ClusterTopology } from "../../model/cluster-topology.js";
import type { Section } from "../../model/report.js";
import { column, tableSection, type SectionPlace } from "../keyspace/section-table.js";

/** What stands in the way of a change; nothing where the cluster is settled. */
export function obstaclesSection(place: SectionPlace, { obstacles }: ClusterTopology): Section[] {
  return tableSection<ClusterObstacle>(place, {
    id: "obstacles",
    title: "NOT SETTLED",
    rows: obstacles,
    columns: [
      column("code", "code", "text", 0, ({ code }) => code),
      column("message", "what", "text", null, ({ message }) => message),
      column("hint", "what to do", "text", null, ({ hint }) => hint),
    ],
  });
}
