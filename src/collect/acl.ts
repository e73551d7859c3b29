import type { Fact } from "../model/fact.js";
import type { AclFacts, AclUser } from "../model/facts.js";
import type { RedisPort, Reply } from "../model/node-port.js";
import { replyList } from "../protocol/replies.js";
import { ask } from "./ask.js";

/** ACL WHOAMI and ACL LIST. Read-only. */
export function collectAcl(port: RedisPort): Promise<Fact<AclFacts>> {
  const both = Promise.all([port.call("ACL", "WHOAMI"), port.call("ACL", "LIST")]);
  return ask(both, ([whoami, list]) => ({ whoami: String(whoami), users: parseAclList(list) }), "no ACL");
}

/** `user default on nopass sanitize-payload ~* &* +@all`. Password hashes are not kept. */
export function parseAclList(reply: Reply): AclUser[] {
  return replyList(reply).flatMap((line) => {
    const [word, name, ...rules] = String(line).split(" ");
    if (word !== "user" || name === undefined) return [];
    return [
      {
        name,
        enabled: rules.includes("on"),
        nopass: rules.includes("nopass"),
        allKeys: rules.includes("~*") || rules.includes("allkeys"),
        allCommands: rules.includes("+@all") && !rules.some((rule) => rule.startsWith("-")),
      },
    ];
  });
}
