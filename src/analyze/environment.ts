import type { TargetIdentity } from "../model/node.js";

/** Whether the profile's label `env` says that nothing is lost with this target: dev, test or local. */
export function isThrowaway(target: TargetIdentity): boolean {
  return ["dev", "test", "local"].includes(target.labels["env"] ?? "");
}
