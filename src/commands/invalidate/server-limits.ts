import { CachectlError } from "../../model/errors.js";
import type { ObservedNode } from "../../model/observation.js";
import type { InvalidateOptions } from "../invalidate.js";

/** @throws CachectlError usage where a server cannot tell what is asked for */
export function refuseByServer({ olderThanSeconds }: InvalidateOptions, observed: readonly ObservedNode[]): void {
  const lfu = observed.find((node) => policyOf(node)?.endsWith("-lfu") === true);
  if (olderThanSeconds === null || lfu === undefined) return;
  throw new CachectlError(
    "usage",
    "idle-time-unknown",
    `${lfu.node.address} counts how often a key is used (${policyOf(lfu) ?? ""}), and does not know for how long it was not; nothing was changed`,
    "Leave out --older-than, or use a maxmemory-policy that is not LFU.",
  );
}

/** What an operator should know about these servers before they are changed. */
export function serverNotes(isSymfony: boolean, observed: readonly ObservedNode[]): string[] {
  const evicting = observed.find((node) => policyOf(node)?.startsWith("allkeys-") === true);
  if (!isSymfony || evicting === undefined) return [];
  return [
    `warning: ${evicting.node.address} has the policy ${policyOf(evicting) ?? ""}, which may evict tag sets: keys whose tag set is gone cannot be invalidated any more. Symfony's RedisTagAwareAdapter refuses to write under it; use noeviction or a volatile-* policy (\`cachectl evict-policy set\`).`,
  ];
}

/** Not known: it is taken for old. */
export function versionAtLeast({ facts: { server } }: ObservedNode, major: number): boolean {
  return server?.ok === true && Number(server.value.version.split(".")[0]) >= major;
}

function policyOf({ facts: { memory, config } }: ObservedNode): string | null {
  const fromInfo = memory?.ok === true ? memory.value.maxmemoryPolicy : null;
  return fromInfo ?? (config?.ok === true ? (config.value["maxmemory-policy"] ?? null) : null);
}
