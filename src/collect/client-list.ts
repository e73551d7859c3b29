import type { Fact } from "../model/fact.js";
import type { ClientListFacts } from "../model/facts.js";
import type { RedisPort } from "../model/node-port.js";
import { numberField } from "../protocol/info.js";
import { ask } from "./ask.js";

const maxLibraries = 20;

/** CLIENT LIST, summed up. Read-only; O(clients). */
export function collectClientList(port: RedisPort): Promise<Fact<ClientListFacts>> {
  return ask(port.call("CLIENT", "LIST"), (reply) => summarizeClients(String(reply)), "no client list");
}

/** One line a client, `id=3 addr=10.0.0.9:50112 … flags=N … omem=0 …`. */
export function summarizeClients(text: string): ClientListFacts {
  const summary: ClientListFacts = {
    total: 0,
    byType: {},
    largestOutputBytes: null,
    largestOutputClient: null,
    totalOutputBytes: 0,
    idleOverHour: 0,
    libraries: {},
    monitors: 0,
  };
  for (const line of text.split("\n")) if (line.startsWith("id=")) addClient(summary, parseFields(line));
  return summary;
}

function addClient(summary: ClientListFacts, client: Record<string, string>): void {
  summary.total += 1;
  const type = clientType(client["flags"] ?? "N");
  summary.byType[type] = (summary.byType[type] ?? 0) + 1;
  if (type === "monitor") summary.monitors += 1;
  if ((numberField(client, "idle") ?? 0) > 3600) summary.idleOverHour += 1;
  const output = numberField(client, "omem") ?? 0;
  summary.totalOutputBytes += output;
  if (summary.largestOutputBytes === null || output > summary.largestOutputBytes) {
    summary.largestOutputBytes = output;
    summary.largestOutputClient = `${client["addr"] ?? "?"}${client["name"] ? ` (${client["name"]})` : ""}`;
  }
  const library = client["lib-name"] ? `${client["lib-name"]} ${client["lib-ver"] ?? ""}`.trim() : null;
  if (library !== null) countLibrary(summary.libraries, library);
}

function countLibrary(libraries: Record<string, number>, library: string): void {
  // Clients choose the name: `constructor` must not find what every object has.
  const counted = Object.hasOwn(libraries, library) ? (libraries[library] ?? 0) : 0;
  if (counted > 0 || Object.keys(libraries).length < maxLibraries) libraries[library] = counted + 1;
}

/** Source: the flags list of https://redis.io/docs/latest/commands/client-list/ */
function clientType(flags: string): string {
  if (flags.includes("O")) return "monitor";
  if (flags.includes("S")) return "replica";
  if (flags.includes("M")) return "primary";
  return flags.includes("P") ? "pubsub" : "normal";
}

function parseFields(line: string): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const pair of line.split(" ")) {
    const equals = pair.indexOf("=");
    if (equals > 0) fields[pair.slice(0, equals)] = pair.slice(equals + 1);
  }
  return fields;
}
