import type { Report, SectionCell } from "../../model/report.js";
import { formatEndpoint } from "../../model/node.js";
import { openCatalog, type ProfileCatalog } from "../../profiles/catalog.js";
import { misnamedWarnings, type ProfileFile } from "../../profiles/find.js";
import type { FleetSpec } from "../../profiles/profile-spec.js";
import { verbReport } from "../../report/verb-report.js";
import { beginRun } from "../begin-run.js";
import type { Context } from "../context.js";

/** `cachectl profiles list`: the profiles of the directory, broken ones too. Fetches no secret and talks to no server. */
export async function listProfiles(context: Context, profilesDirectory: string | null): Promise<Report> {
  const frame = beginRun(context);
  const catalog = await openCatalog(profilesDirectory, context.profileDeps);
  const files = [...catalog.directory.files.values()];
  const rows = await Promise.all(files.map((file) => describeRow(file, catalog)));
  const brokenCount = rows.filter(({ problems }) => problems !== "").length;
  return verbReport({
    operation: "profiles-list",
    ...frame(),
    status: brokenCount > 0 ? "partial" : "success",
    summary: `${rows.length} ${rows.length === 1 ? "profile" : "profiles"} in ${catalog.directory.shown}${brokenCount > 0 ? `, ${brokenCount} of them broken` : ""}.`,
    sections:
      rows.length === 0 ? [] : [{ kind: "table", id: "profiles", title: "PROFILES", columns: columnsOf(rows), rows }],
    notes: [
      ...misnamedWarnings(catalog.directory),
      ...(rows.length === 0 ? ["Write the first one with `cachectl profiles init NAME --kind standalone`."] : []),
    ],
  });
}

const columns = [
  { key: "name", label: "name", unit: "text" },
  { key: "kind", label: "kind", unit: "text" },
  { key: "nodes", label: "nodes", unit: "text" },
  { key: "role", label: "role", unit: "text" },
  { key: "labels", label: "labels", unit: "text" },
  { key: "protected", label: "protected", unit: "text" },
  { key: "problems", label: "problems", unit: "text" },
] as const;

/** A column in which no row says anything is left out. */
function columnsOf(rows: Record<string, SectionCell>[]) {
  return columns.filter(({ key }) => rows.some((row) => row[key] !== ""));
}

async function describeRow(file: ProfileFile, catalog: ProfileCatalog): Promise<Record<string, string>> {
  const parsed = await catalog.profile(file);
  const empty = { name: file.name, kind: "", nodes: "", role: "", labels: "", protected: "", problems: "" };
  if (!parsed.ok) return { ...empty, problems: `${parsed.problems.length} (cachectl profiles check ${file.name})` };
  const { spec } = parsed;
  if (spec.kind === "fleet") return { ...empty, kind: "fleet", nodes: membersOf(spec) };
  return {
    ...empty,
    kind: spec.kind,
    nodes: spec.seeds.map(formatEndpoint).join(", "),
    role: spec.role ?? "",
    labels: pairs(spec.labels),
    protected: spec.protected ? "yes" : "",
  };
}

function membersOf({ members, select }: FleetSpec): string {
  const selected = select === null ? [] : [`all with ${pairs(select.labels)}`];
  return [...members.map(({ name }) => name), ...selected].join(", ");
}

function pairs(labels: Record<string, string>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(", ");
}
