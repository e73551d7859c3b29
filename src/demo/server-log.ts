/**
 * What a Redis, Valkey or Sentinel log says about the start that it records.
 *
 * The log is asked rather than the port, because the port may be answered by somebody else's server.
 */
export function readStart(logText: string): "starting" | "ready" | "port-taken" {
  if (/Address already in use|Failed listening on port|Could not create server TCP listening/i.test(logText))
    return "port-taken";
  return /Ready to accept connections|Sentinel ID is|\+monitor master/.test(logText) ? "ready" : "starting";
}

/** The end of a log, for an error message. */
export function lastLines(logText: string, count = 5): string {
  return logText.trimEnd().split("\n").slice(-count).join("\n");
}
