import type { NodeRole } from "./node.js";

/** Whether a login may run a command, and which work of cachectl needs it. */
export interface Capability {
  command: string;
  neededFor: string;
  /** `unknown` is not `yes`: nothing was tried, or the answer says nothing about permission. */
  allowed: "yes" | "no" | "unknown";
  reason: string | null;
}

/** What trying one node gave. */
export interface CheckedNode {
  target: string;
  address: string;
  role: NodeRole;
  /** Why it could not be talked to; null when it could. */
  failure: { cause: string; message: string; hint: string } | null;
  pingMs: number | null;
  /** Empty when it could not be talked to. */
  capabilities: Capability[];
}
