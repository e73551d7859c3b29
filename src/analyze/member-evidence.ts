import type { ClusterMember } from "../model/cluster-views.js";
import type { Evidence, EvidenceUnit } from "../model/finding.js";

/** Like `evidence`, for a member that may not have been asked itself. */
export function memberEvidence(
  { address }: ClusterMember,
  fact: string,
  value: Evidence["value"],
  unit: EvidenceUnit = "text",
): Evidence {
  return { node: address, fact, value, unit };
}
