import type { Clock } from "../../model/clock.js";
import type { CloserLook, KeyHandle } from "../../model/closer-look.js";
import { CachectlError } from "../../model/errors.js";
import type { BulkReply, FleetNode, RedisBulkPort } from "../../model/node-port.js";
import type { ObservedNode } from "../../model/observation.js";
import { encodeCommand } from "../../protocol/resp.js";
import { lookAtKeys } from "./look-at-keys.js";

export interface CloserLookOptions {
  /** Read the first bytes of strings. */
  readValues: boolean;
  /** Also ask what resets idle times, on servers without CLIENT NO-TOUCH (before 7.2). */
  touch: boolean;
}

/** What the second look gave. */
export interface CloserLooks {
  looks: CloserLook[];
  /** By address: what it added to `keyspace_hits`. */
  addedLookups: Map<string, number>;
  /** Whether strings could be read on every node that was asked: wanted, and without touching them (or `touch`). */
  valuesRead: boolean;
}

/** A report lists a few dozen keys, and a few of each large group stand for it. */
const maxKeysPerNode = 500;

/** The keys of one round trip. Few, because a server runs a pipeline in one go and MEMORY USAGE of four huge hashes takes 6 ms. */
const keysPerBatch = 4;

/** Far beyond what it takes; a server that is this slow has other troubles than the size of its keys. */
const maxMs = 30_000;

/**
 * Asks more about some keys, of all nodes at the same time, in the order that they are given: 500 a node at most, the rest
 * has no look. Never rejects for a node: what it refuses, or all that a dead one does not say, is null.
 *
 * Read-only. MEMORY USAGE with 1,000 samples, OBJECT ENCODING, OBJECT IDLETIME and PTTL leave LRU and LFU alone on every
 * version. HLEN and its kin, STRLEN, GETRANGE, XINFO and XPENDING do not (tried on 6.0 to 9.1), so they are sent under CLIENT NO-TOUCH
 * only, unless `touch` says that it does not matter. Each lookup but MEMORY USAGE's counts as a keyspace hit.
 */
export async function lookCloser(
  nodes: readonly { node: FleetNode; observed: ObservedNode }[],
  keys: readonly KeyHandle[],
  options: CloserLookOptions,
  deps: { clock: Clock; stopped(): boolean },
): Promise<CloserLooks> {
  const endMs = deps.clock.monotonicMs() + maxMs;
  const isOver = () => deps.stopped() || deps.clock.monotonicMs() > endMs;
  const ofNodes = await Promise.all(
    nodes.map(({ node }) => {
      const own = keys.filter((key) => key.node === node.identity.address).slice(0, maxKeysPerNode);
      return lookAtNode(node, own, options, isOver);
    }),
  );
  return {
    looks: ofNodes.flatMap(({ looks }) => [...looks.values()]),
    addedLookups: new Map(ofNodes.map(({ node, lookups }) => [node.identity.address, lookups])),
    valuesRead: options.readValues && ofNodes.every(({ looks, mayTouch }) => looks.size === 0 || mayTouch),
  };
}

interface NodeLooks {
  node: FleetNode;
  looks: Map<KeyHandle, CloserLook>;
  lookups: number;
  /** Touching commands were sent: they touch nothing, or may. */
  mayTouch: boolean;
}

async function lookAtNode(
  node: FleetNode,
  keys: KeyHandle[],
  options: CloserLookOptions,
  isOver: () => boolean,
): Promise<NodeLooks> {
  const result: NodeLooks = { node, looks: new Map(keys.map((key) => [key, blank(key)])), lookups: 0, mayTouch: false };
  if (keys.length === 0 || isOver()) return result;
  let port: RedisBulkPort | undefined;
  try {
    port = await node.openBulk();
    result.mayTouch = (await isDone(port, "CLIENT", "NO-TOUCH", "ON")) || options.touch;
    const ask = { values: options.readValues, touching: result.mayTouch };
    for (const database of new Set(keys.map((key) => key.database))) {
      if (!(await isDone(port, "SELECT", String(database)))) continue;
      const own = keys.filter((key) => key.database === database);
      for (let at = 0; at < own.length && !isOver(); at += keysPerBatch) {
        const { looks, lookups } = await lookAtKeys(port, own.slice(at, at + keysPerBatch), ask);
        for (const look of looks) result.looks.set(look.key, look);
        result.lookups += lookups;
      }
    }
  } catch (error) {
    // The node went away, or the run was interrupted: what has been seen so far is kept, the rest stays unknown.
    if (!(error instanceof CachectlError)) throw error;
  } finally {
    port?.close();
  }
  return result;
}

async function isDone(port: RedisBulkPort, ...command: [string, ...string[]]): Promise<boolean> {
  const [reply]: (BulkReply | undefined)[] = await port.pipeline(encodeCommand(...command), 1);
  return reply === "OK";
}

/** A key that nothing is known of. */
function blank(key: KeyHandle): CloserLook {
  return {
    key,
    gone: false,
    bytes: null,
    elements: null,
    encoding: null,
    ttlMs: null,
    idleSeconds: null,
    value: null,
    stream: null,
  };
}
