import { parseInfo } from "../../protocol/info.js";
import { errorText, type MemberLink } from "./member-link.js";

/**
 * Valkey 9 has several databases in cluster mode (`cluster-databases`), and GETKEYSINSLOT and COUNTKEYSINSLOT know only the one that
 * is selected: a slot that looks empty may hold keys, which SETSLOT NODE would drop. MIGRATE is therefore not used there; the
 * servers' own migration takes all databases. Resolves with the sentence that says so; null: database 0 has all keys.
 */
export async function keysElsewhere(link: MemberLink, lane: string): Promise<string | null> {
  if (!mayHaveMore(link)) return null;
  const reply = await link.askOne(lane, "INFO", "keyspace");
  if (typeof reply !== "string")
    return `${link.address} does not tell which databases have keys: ${errorText(reply) ?? "no text"}`;
  const others = databasesBesideFirst(reply);
  if (others.length === 0) return null;
  return (
    `${link.address} has keys in ${others.join(", ")}, which MIGRATE would leave behind: ` +
    "move these slots with the servers' own migration (--engine server, both ends Valkey 9)"
  );
}

/** The names of databases with keys, without db0. @param text as INFO keyspace answers it */
export function databasesBesideFirst(text: string): string[] {
  return Object.keys(parseInfo(text)["keyspace"] ?? {}).filter((name) => /^db[1-9]\d*$/.test(name));
}

/** Redis, and Valkey before 9, have database 0 only in cluster mode. */
function mayHaveMore({ member }: MemberLink): boolean {
  if (member.product === "redis") return false;
  return member.version === null || Number.parseInt(member.version, 10) >= 9;
}
