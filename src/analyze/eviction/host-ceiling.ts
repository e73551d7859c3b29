import type { NodeView, TargetView } from "./target-view.js";
import { hostSharePercent } from "../memory-limit.js";

/** Below, the resident size is mostly the program itself, and its ratio to the data means nothing (swapping and MEMORY DOCTOR use such floors too). */
const tellingBytes = 64 * 1024 * 1024;

export interface HostCeiling {
  /** The most that maxmemory may be on every node. */
  bytes: number;
  /** The node whose host leaves the least. */
  node: NodeView;
  nodesOnHost: number;
}

/**
 * What the hosts can hold: three quarters of a host's memory (the rest is for the fork's copied pages, buffers and the
 * system), shared by the nodes of this target on it, less what fragmentation takes. Null: a host's memory is not known.
 */
export function hostCeiling({ nodes }: TargetView): HostCeiling | null {
  const ceilings = nodes.map((node) => ceilingOf(node, nodes));
  if (ceilings.length === 0 || ceilings.includes(null)) return null;
  return ceilings.reduce((least, one) => (least === null || (one !== null && one.bytes < least.bytes) ? one : least));
}

function ceilingOf(node: NodeView, all: readonly NodeView[]): HostCeiling | null {
  const { hostBytes, usedBytes, fragmentationRatio } = node;
  // Managed services report 0 or nothing.
  if (!hostBytes) return null;
  const nodesOnHost = all.filter((other) => hostOf(other) === hostOf(node)).length;
  const spread = (usedBytes ?? 0) >= tellingBytes ? Math.max(1, fragmentationRatio ?? 1) : 1;
  return { bytes: Math.floor((hostBytes * hostSharePercent) / 100 / nodesOnHost / spread), node, nodesOnHost };
}

function hostOf({ node: { address } }: NodeView): string {
  return address.startsWith("unix:") ? "unix" : address.slice(0, address.lastIndexOf(":"));
}
