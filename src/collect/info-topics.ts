import { known, missing, type Fact, type Missing } from "../model/fact.js";
import type { Facts } from "../model/facts.js";
import type { Info } from "../protocol/info.js";
import { parseReplication } from "../protocol/replication.js";
import { parseClients } from "./clients.js";
import { parseCommandStats } from "./command-stats.js";
import { parseCounters } from "./counters.js";
import { parseErrorStats } from "./error-stats.js";
import { parseKeyspace } from "./keyspace.js";
import { parseLatencyStats } from "./latency-stats.js";
import { parseLoading } from "./loading.js";
import { parseMemory } from "./memory.js";
import { parsePersistence } from "./persistence.js";
import { parseServer } from "./server.js";

/** The topics that INFO everything answers. */
export const infoTopics = [
  "server",
  "loading",
  "memory",
  "clients",
  "persistence",
  "counters",
  "replication",
  "keyspace",
  "commandStats",
  "errorStats",
  "latencyStats",
] as const;
export type InfoTopic = (typeof infoTopics)[number];

const parsers: { [K in InfoTopic]: (info: Info) => Facts[K] | null } = {
  server: parseServer,
  loading: parseLoading,
  memory: parseMemory,
  clients: parseClients,
  persistence: parsePersistence,
  counters: parseCounters,
  replication: parseReplication,
  keyspace: parseKeyspace,
  commandStats: parseCommandStats,
  errorStats: parseErrorStats,
  latencyStats: parseLatencyStats,
};

/** Every topic of one INFO reply; a section that the server left out is a missing fact. */
export function infoFacts(info: Fact<Info>): { [K in InfoTopic]: Fact<Facts[K]> } {
  const facts = infoTopics.map((topic) => [topic, info.ok ? topicFact(topic, info.value) : (info satisfies Missing)]);
  return Object.fromEntries(facts) as { [K in InfoTopic]: Fact<Facts[K]> };
}

function topicFact<K extends InfoTopic>(topic: K, info: Info): Fact<Facts[K]> {
  const value = parsers[topic](info);
  return value === null ? missing("not-supported", `INFO of this server has no ${topic} section`) : known(value);
}
