import type { Fact } from "../model/fact.js";
import type { AclFacts, ConfigFacts } from "../model/facts.js";

/** What a client that gives no password may do. `unknown` carries the reason. */
export type AnonymousAccess =
  { kind: "none" } | { kind: "limited" } | { kind: "everything" } | { kind: "unknown"; reason: string };

/** Judged by the ACL user `default`; before Redis 6, which has no ACL, by `requirepass`. */
export function anonymousAccess(acl: Fact<AclFacts>, config: ConfigFacts): AnonymousAccess {
  if (acl.ok) return accessOf(acl.value);
  if (acl.cause !== "not-supported") return { kind: "unknown", reason: acl.reason };
  const password = config["requirepass"];
  if (password === undefined) return { kind: "unknown", reason: "CONFIG GET does not show requirepass" };
  return { kind: password === "" ? "everything" : "none" };
}

function accessOf({ users }: AclFacts): AnonymousAccess {
  const user = users.find(({ name }) => name === "default");
  if (user === undefined) return { kind: "unknown", reason: "ACL LIST does not show the default user" };
  if (!user.enabled || !user.nopass) return { kind: "none" };
  return { kind: user.allKeys && user.allCommands ? "everything" : "limited" };
}
