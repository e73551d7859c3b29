import type { Fact } from "../model/fact.js";
import type { ClientsFacts, ConfigFacts } from "../model/facts.js";

/** How many connections the server accepts: INFO where it shows it, CONFIG GET on Redis 6.0. A capped server shows the capped value in both. */
export function effectiveMaxclients(clients: ClientsFacts, config: Fact<ConfigFacts>): number | null {
  return clients.maxClients ?? configuredMaxclients(config);
}

/** `maxclients` of CONFIG GET; null when it is not shown. */
export function configuredMaxclients(config: Fact<ConfigFacts>): number | null {
  const value = Number((config.ok ? config.value.maxclients : undefined) ?? Number.NaN);
  return Number.isNaN(value) ? null : value;
}

/** Why {@link effectiveMaxclients} is null, as the reason of "cannot judge". */
export function maxclientsUnknown(config: Fact<ConfigFacts>): string {
  return `INFO does not show maxclients${config.ok ? ", nor does CONFIG" : `, and ${config.reason}`}`;
}
