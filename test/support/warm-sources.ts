import { writeFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import * as v from "valibot";
import { openFleet } from "../../src/connect/open-fleet.js";
import type { RejectedRow, ResumePoint, SourcePage, SourceRow, WarmSource } from "../../src/model/warm-source.js";
import type { TargetKind } from "../../src/model/node.js";
import { SecretResolver } from "../../src/profiles/resolve-secrets.js";
import type { RemoteSourceDeps } from "../../src/sources/remote-source-deps.js";
import { sourceKinds } from "../../src/sources/source-kinds.js";
import { liveProfile } from "./live.js";

const base = { directory: "/", home: "/" };

type Block = { kind: string } & Record<string, unknown>;

interface Kind {
  schema(base: { directory: string; home: string }): v.GenericSchema<unknown, unknown>;
  open(spec: unknown, deps: RemoteSourceDeps): Promise<WarmSource>;
}

/** What a run of `warm` would give its source; waits are short, and `openFleet` knows addresses like `127.0.0.1:6379`. */
export function sourceDeps(
  overrides: Partial<RemoteSourceDeps> & { env?: Record<string, string> } = {},
): RemoteSourceDeps {
  const { env = {}, ...deps } = overrides;
  const secrets = new SecretResolver({
    env,
    readFile: () => Promise.reject(new Error("no files here")),
    runCommand: () => Promise.reject(new Error("no commands here")),
    prompt: null,
  });
  return {
    clock: { now: () => Date.now(), monotonicMs: () => performance.now(), sleep: (ms) => setTimeout(Math.min(ms, 20)) },
    random: () => 0.5,
    resolveSecret: (source, field) => secrets.resolve(source, { profile: "warm.yaml", field }),
    openFleet: (name) => {
      const [kind, address = ""] = name.split("//");
      const seeds = address.split(",").map((one) => {
        const [host = "", port = ""] = one.split(":");
        return { host, port: Number(port) };
      });
      const kinds = new Map<string, TargetKind>([
        ["memcached:", "memcached"],
        ["redis+cluster:", "cluster"],
      ]);
      const profile = liveProfile(seeds, { kind: kinds.get(kind ?? "") ?? "standalone" });
      return openFleet(profile, new AbortController().signal);
    },
    writeFile: (file, text) => writeFile(file, text),
    ...deps,
  };
}

/** Opens a source from its block in a manifest, as `warm` does. */
export function openSource(block: Block, deps: Parameters<typeof sourceDeps>[0] = {}): Promise<WarmSource> {
  const kind = kindOf(block);
  return kind.open(v.parse(kind.schema(base), block), sourceDeps(deps));
}

function kindOf({ kind }: Block): Kind {
  const found = sourceKinds[kind];
  if (found === undefined) throw new Error(`no source of kind ${kind}`);
  return found;
}

/** The problems of a block, as `field: message`. */
export function problemsOf(block: Block): string[] {
  const { issues = [] } = v.safeParse(kindOf(block).schema(base), block);
  return issues.map((issue) => `${v.getDotPath(issue) ?? ""}: ${issue.message}`);
}

export interface ReadSource {
  rows: SourceRow[];
  places: string[];
  rejected: RejectedRow[];
  /** Rows of each page. */
  pages: number[];
  resumeAt: ResumePoint;
}

export interface ReadOptions {
  from?: ResumePoint;
  signal?: AbortSignal;
  /** Stops once this many pages have come. */
  maxPages?: number;
  onPage?: (page: SourcePage) => void | Promise<void>;
}

/** Reads a source to its end and closes it. */
export async function readSource(source: WarmSource, options: ReadOptions = {}): Promise<ReadSource> {
  const read: ReadSource = { rows: [], places: [], rejected: [], pages: [], resumeAt: null };
  const signal = options.signal ?? new AbortController().signal;
  try {
    for await (const page of source.pages(options.from ?? null, signal)) {
      read.rows.push(...page.rows);
      read.places.push(...page.rows.map((_, index) => page.placeOf(index)));
      read.rejected.push(...page.rejected);
      read.pages.push(page.rows.length);
      read.resumeAt = page.resumeAt;
      await options.onPage?.(page);
      if (read.pages.length === options.maxPages) break;
    }
    return read;
  } finally {
    await source.close();
  }
}
