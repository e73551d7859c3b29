import { readFile } from "node:fs/promises";
import { CachectlError } from "../../model/errors.js";
import { bytesOfText, keyText } from "../../model/key-name.js";
import type { Fleet, FleetNode } from "../../model/node-port.js";
import type { RejectedRow, ResumePoint, SourcePage, WarmSource } from "../../model/warm-source.js";
import type { RemoteSourceDeps } from "../remote-source-deps.js";
import { interrupted } from "../source-errors.js";
import type { ReportSpec } from "./cache-kinds.js";
import { readAnywhere } from "./moved-keys.js";
import { openPrimaries } from "./open-primaries.js";
import { primariesOf } from "./primaries.js";

/**
 * The keys that a report of `cachectl bigkeys --json` lists, read from the fleet `from`. Read-only.
 *
 * @throws CachectlError usage: the file is no such report · unreached: not all primaries can be reached
 */
export async function openReportSource(spec: ReportSpec, deps: RemoteSourceDeps): Promise<WarmSource> {
  const listed = await listedKeys(spec);
  const fleet = await deps.openFleet(spec.from);
  try {
    return new ReportSource(spec, listed, fleet, await primariesOf(fleet, spec.from));
  } catch (error) {
    fleet.close();
    throw error;
  }
}

const pageKeys = 100;

class ReportSource implements WarmSource {
  constructor(
    private readonly spec: ReportSpec,
    private readonly listed: readonly string[],
    private readonly fleet: Fleet,
    private readonly nodes: readonly FleetNode[],
  ) {}

  async *pages(from: ResumePoint, signal: AbortSignal): AsyncGenerator<SourcePage> {
    const abort = () => this.fleet.close();
    signal.addEventListener("abort", abort, { once: true });
    try {
      if (signal.aborted) throw interrupted(this.spec.report);
      const primaries = await openPrimaries(this.nodes);
      for (let at = typeof from === "number" ? from : 0; at < this.listed.length; at += pageKeys) {
        const texts = this.listed.slice(at, at + pageKeys);
        const names = texts.filter((text) => !isCut(text)).flatMap(namesOf);
        const rejected = texts.filter(isCut).map((text) => this.cut(text));
        for await (const read of readAnywhere(primaries, names, this.spec))
          yield { ...read, placeOf: (index) => read.places[index] ?? "", resumeAt: at };
        yield { rows: [], rejected, placeOf: () => "", resumeAt: at + texts.length };
      }
    } catch (error) {
      throw signal.aborted ? interrupted(this.spec.report) : error;
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  totalRows(): Promise<number> {
    return Promise.resolve(this.listed.length);
  }

  close(): Promise<void> {
    this.fleet.close();
    return Promise.resolve();
  }

  private cut(text: string): RejectedRow {
    return { place: this.spec.report, reason: "the report shows only the beginning of this name", text };
  }
}

/** As `keyText` cuts names that are too long to show. */
function isCut(text: string): boolean {
  return /… \(\d+ bytes\)$/.test(text);
}

/** The name that a report's text stands for, one character a byte; two where `\xNN` may be part of it or a byte that is no text. */
function namesOf(text: string): string[] {
  const name = bytesOfText(text);
  const bytes = text.replaceAll(/\\x([89a-f][0-9a-f])/g, (_, digits: string) =>
    String.fromCharCode(parseInt(digits, 16)),
  );
  return bytes !== text && keyText(bytes) === text ? [name, bytes] : [name];
}

async function listedKeys({ report, list, target }: ReportSpec): Promise<string[]> {
  let sections: unknown;
  try {
    sections = (JSON.parse(await readFile(report, "utf8")) as { sections?: unknown }).sections;
  } catch (error) {
    throw unusable(report, error instanceof Error ? error.message : String(error), error);
  }
  const tables = (Array.isArray(sections) ? sections : []).filter(
    (section: { id?: unknown; target?: unknown }) =>
      section.id === list && (target === undefined || section.target === target),
  ) as { rows?: { key?: unknown }[] }[];
  if (tables.length === 0)
    throw unusable(report, `it has no list ${list}${target === undefined ? "" : ` of ${target}`}`, null);
  const keys = tables.flatMap(({ rows = [] }) => rows.map(({ key }) => key)).filter((key) => typeof key === "string");
  return [...new Set(keys)];
}

function unusable(report: string, why: string, cause: unknown): CachectlError {
  const hint = "Write one with: cachectl bigkeys -p PROFILE --json > FILE";
  return new CachectlError(
    "usage",
    "bigkeys-report",
    `source.report: ${report} is no report of bigkeys: ${why}`,
    hint,
    cause,
  );
}
