/** Whether a login may run a command, and which work of cachectl needs it. */
export interface Capability {
  command: string;
  neededFor: string;
  /** `unknown` is not `yes`: nothing was tried, or the answer says nothing about permission. */
  allowed: "yes" | "no" | "unknown";
  reason: string | null;
}
