import type { Report, Section } from "../../model/report.js";
import type { Profile } from "../../model/profile.js";
import type { WarmManifest } from "../../model/warm-manifest.js";
import type { WarmSource } from "../../model/warm-source.js";
import { keyText } from "../../model/key-name.js";
import type { MapRow } from "../../plan/warm/compile-mapping.js";
import { verbReport } from "../../report/verb-report.js";
import { describeSource } from "../../sources/open-source.js";
import type { RunFrame } from "../begin-run.js";
import { grouped } from "../progress-text.js";
import type { WarmOptions } from "./warm-options.js";

interface Planned {
  manifest: WarmManifest;
  profile: Profile;
  source: WarmSource;
  map: MapRow;
  options: WarmOptions;
  nowMs: number;
  frame: () => RunFrame;
  /** Where a key goes in a pool of servers that do not know of each other; null: there is no choice. */
  serverOf: ((key: string) => string) | null;
}

const shownItems = 10;

/** What `--dry-run` shows: the first page of the source as the items that would be written. Asks nothing of the target. */
export async function warmPlan(planned: Planned): Promise<Report> {
  const { manifest, profile, source, map, options, nowMs, frame, serverOf } = planned;
  const rows: Record<string, string | number | null>[] = [];
  let read = 0;
  let bad = 0;
  for await (const page of source.pages(null, new AbortController().signal)) {
    bad += page.rejected.length;
    read += page.rejected.length + page.rows.length;
    for (const [index, row] of page.rows.entries()) {
      const item = map(row, page.jsonOf?.(index), nowMs);
      if (!("key" in item)) {
        bad += item.expired ? 0 : 1;
        continue;
      }
      if (rows.length >= shownItems) continue;
      const { value, ttlMs, tags } = item;
      const parts = "data" in value ? [value.data] : "pairs" in value ? value.pairs : value.members;
      rows.push({
        ...{ key: keyText(item.key), type: value.type, bytes: parts.reduce((sum, part) => sum + part.length, 0) },
        ...{ ttl: ttlMs === null ? null : ttlMs / 1_000, tags: tags.map(keyText).join(" ") },
        ...(serverOf === null ? {} : { server: serverOf(item.key) }),
      });
    }
    if (read > 0) break;
  }
  const total = await source.totalRows();
  const size = total === null ? "" : `, ${grouped(total)} rows in all`;
  const name = profile.identity.name;
  return verbReport({
    ...{ operation: "warm", status: "success", ...frame() },
    summary: `${name}: would write (${options.policy.kind}) what ${describeSource(manifest.source)} holds${size}: of its first ${grouped(read)} rows ${grouped(bad)} make no item. Nothing was changed.`,
    sections: [itemsSection(rows, name, serverOf !== null)],
  });
}

function itemsSection(rows: Record<string, string | number | null>[], target: string, isPool: boolean): Section {
  return {
    ...{ kind: "table", id: "items", title: "First items", target },
    columns: [
      { key: "key", label: "KEY", unit: "text" },
      { key: "type", label: "TYPE", unit: "text" },
      { key: "bytes", label: "BYTES", unit: "bytes" },
      { key: "ttl", label: "TTL", unit: "seconds" },
      isPool ? { key: "server", label: "SERVER", unit: "text" } : { key: "tags", label: "TAGS", unit: "text" },
    ],
    rows,
  };
}
