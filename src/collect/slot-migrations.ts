import { missing, type Fact } from "../model/fact.js";
import type { ServerFacts, SlotMigrationEntry } from "../model/facts.js";
import type { RedisPort } from "../model/node-port.js";
import { isAtLeast } from "../model/version-number.js";
import { parseSlotMigrations } from "../protocol/slot-migrations.js";
import { ask } from "./ask.js";

/**
 * The moves of hash slots that the server itself carries out. Read-only. A version that has none is not asked: its refusal
 * would count among the errors of the fleet.
 */
export function collectSlotMigrations(
  port: Pick<RedisPort, "call">,
  server: Fact<ServerFacts>,
): Promise<Fact<SlotMigrationEntry[]>> {
  if (!server.ok) return Promise.resolve(server);
  const argv = statusCommand(server.value);
  if (argv === null)
    return Promise.resolve(
      missing("not-supported", "the servers move slots by themselves from Valkey 9.0 and Redis 8.4 on"),
    );
  return ask(port.call(...argv), parseSlotMigrations, "no list of slot migrations");
}

function statusCommand({ product, version, mode }: ServerFacts): [string, ...string[]] | null {
  if (mode !== "cluster") return null;
  if (product === "valkey") return isAtLeast(version, "9.0") === true ? ["CLUSTER", "GETSLOTMIGRATIONS"] : null;
  return isAtLeast(version, "8.4") === true ? ["CLUSTER", "MIGRATION", "STATUS", "ALL"] : null;
}
