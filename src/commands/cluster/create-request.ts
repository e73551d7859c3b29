import type { ProfileSelection } from "../../profiles/select-profiles.js";
import { againLine } from "./again-line.js";

/** What says which cluster is to be created: alike for the run, its repetition and its undoing. */
export interface CreateRequest {
  /** `host:port`; none: those of the profile. */
  nodes: readonly string[];
  /** The profile gives login, TLS, NAT map, zones and timeouts. Nothing selected: no profile at all. */
  selection: ProfileSelection;
  replicas: number;
  /** Host → zone, over the profile's. */
  zones: Record<string, string>;
  allowFewPrimaries: boolean;
}

/** The command line that goes on with this creation, or takes it back. */
export function createLine(
  { nodes, selection, replicas, zones, allowFewPrimaries }: CreateRequest,
  undo: boolean,
): string {
  return againLine("create", selection, [
    ...nodes,
    "--replicas",
    String(replicas),
    ...Object.entries(zones).flatMap(([host, zone]) => ["--zone", `${host}=${zone}`]),
    ...(allowFewPrimaries ? ["--allow-few-primaries"] : []),
    ...(undo ? ["--undo"] : []),
  ]);
}
