import { CachectlError, ServerReplyError } from "../../model/errors.js";
import { bytesOfText } from "../../model/key-name.js";
import type { Fleet, FleetNode, RedisBulkPort } from "../../model/node-port.js";
import type { RejectedRow, ResumePoint, SourcePage, WarmSource } from "../../model/warm-source.js";
import { parseInfo } from "../../protocol/info.js";
import type { RemoteSourceDeps } from "../remote-source-deps.js";
import { interrupted } from "../source-errors.js";
import type { RedisSpec } from "./cache-kinds.js";
import { readAnywhere, type OpenPrimary } from "./moved-keys.js";
import { openPrimaries } from "./open-primaries.js";
import { primariesOf } from "./primaries.js";
import { readKeys, type KeysRead } from "./read-keys.js";

/**
 * The keys of every primary of a fleet that match a pattern, one node after the other. Read-only: SCAN, MEMORY USAGE, PTTL and DUMP
 * or the reading commands, on connections of its own, with CLIENT NO-TOUCH where the server has it (7.2).
 *
 * @throws CachectlError unreached where not all primaries can be reached
 */
export async function openRedisSource(spec: RedisSpec, deps: RemoteSourceDeps): Promise<WarmSource> {
  const fleet = await deps.openFleet(spec.from);
  try {
    return new RedisSource(spec, fleet, await primariesOf(fleet, spec.from));
  } catch (error) {
    fleet.close();
    throw error;
  }
}

/** Where the scan stands on one node. A cursor means something only to the process that gave it. */
interface Position {
  node: string;
  runId: string;
  cursor: string;
  done: string[];
}

const scanCount = 1_000;

class RedisSource implements WarmSource {
  constructor(
    private readonly spec: RedisSpec,
    private readonly fleet: Fleet,
    private readonly nodes: readonly FleetNode[],
  ) {}

  async *pages(from: ResumePoint, signal: AbortSignal): AsyncGenerator<SourcePage> {
    const position = parsePosition(from);
    const abort = () => this.fleet.close();
    signal.addEventListener("abort", abort, { once: true });
    try {
      if (signal.aborted) throw interrupted(this.spec.from);
      const primaries = await openPrimaries(this.nodes);
      const done = new Set(position?.done);
      for (const primary of primaries) {
        if (done.has(primary.address)) continue;
        yield* this.nodePages(primary, primaries, position, done);
        done.add(primary.address);
      }
    } catch (error) {
      throw signal.aborted ? interrupted(this.spec.from) : error;
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  /** DBSIZE of every primary, where all keys are asked for. */
  async totalRows(): Promise<number | null> {
    if (this.spec.pattern !== "*") return null;
    const sizes = await Promise.all(
      this.nodes.map(async (node) => (await node.openRedis()).call("DBSIZE").catch(() => null)),
    );
    return sizes.reduce<number | null>(
      (sum, size) => (sum === null || typeof size !== "number" ? null : sum + size),
      0,
    );
  }

  close(): Promise<void> {
    this.fleet.close();
    return Promise.resolve();
  }

  private async *nodePages(
    primary: OpenPrimary,
    primaries: readonly OpenPrimary[],
    from: Position | null,
    done: ReadonlySet<string>,
  ): AsyncGenerator<SourcePage> {
    const { address, port } = primary;
    const runId = await runIdOf(port);
    // Another process gives other cursors: its keys are read from the beginning, and those written already once more.
    const isSame = from !== null && from.node === address && from.runId !== "" && from.runId === runId;
    let cursor = isSame ? from.cursor : "0";
    const point = (at: string): ResumePoint => ({ node: address, runId, cursor: at, done: [...done] });
    do {
      const { next, names } = await this.scan(port, cursor, address);
      const moved: string[] = [];
      for await (const read of readKeys(port, names, this.spec, address)) {
        moved.push(...read.moved);
        yield this.page(read, point(cursor));
      }
      if (moved.length > 0)
        for await (const read of readAnywhere(primaries, moved, this.spec)) yield this.page(read, point(cursor));
      cursor = next;
      // Only now is everything up to here handed on.
      yield this.page(nothing, cursor === "0" ? finished(done, address) : point(cursor));
    } while (cursor !== "0");
  }

  private async scan(port: RedisBulkPort, cursor: string, address: string): Promise<{ next: string; names: string[] }> {
    const match = this.spec.pattern === "*" ? [] : ["MATCH", bytesOfText(this.spec.pattern)];
    const [next, list] = asPage(await port.call("SCAN", cursor, ...match, "COUNT", String(scanCount)));
    if (next === null)
      throw new CachectlError(
        "unreached",
        "source-refused",
        `${address} answers SCAN with no page`,
        "Is it a proxy? Name the server itself.",
      );
    return { next, names: [...new Set(list)] };
  }

  private page(
    { rows, places, rejected }: { rows: KeysRead["rows"]; places: string[]; rejected: RejectedRow[] },
    resumeAt: ResumePoint,
  ): SourcePage {
    return { rows, rejected, placeOf: (index) => places[index] ?? "", resumeAt };
  }
}

const nothing: KeysRead = { rows: [], places: [], rejected: [], moved: [] };

function finished(done: ReadonlySet<string>, address: string): ResumePoint {
  return { node: "", runId: "", cursor: "0", done: [...done, address] };
}

function asPage(reply: unknown): [string | null, string[]] {
  const [next, list] = Array.isArray(reply) ? (reply as unknown[]) : [];
  return typeof next === "string" && Array.isArray(list) ? [next, list as string[]] : [null, []];
}

/** Empty where the login may not ask: then nothing can be gone on with. */
async function runIdOf(port: RedisBulkPort): Promise<string> {
  try {
    const reply = await port.call("INFO", "server");
    return parseInfo(typeof reply === "string" ? reply : "")["server"]?.["run_id"] ?? "";
  } catch (error) {
    if (error instanceof ServerReplyError && error.replyCode === "NOPERM") return "";
    throw error;
  }
}

function parsePosition(from: ResumePoint): Position | null {
  if (from === null) return null;
  if (typeof from === "object" && !Array.isArray(from)) {
    const { node, runId, cursor, done } = from;
    const isList = Array.isArray(done) && done.every((address) => typeof address === "string");
    if (typeof node === "string" && typeof runId === "string" && typeof cursor === "string" && isList)
      return { node, runId, cursor, done };
  }
  const hint = "Was source.from changed since? Start anew without --resume.";
  throw new CachectlError("usage", "resume-point", "the checkpoint does not belong to this source", hint);
}
