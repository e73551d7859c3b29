/**
 * What an error reply to one command of a scan means.
 *
 * - `command`: the command is refused, or pointless here, whatever the key.
 * - `key`: this login may not look at this key.
 * - `moved`: the key belongs to another node of the cluster by now.
 * - `passing`: the server cannot answer at the moment (a long script, loading).
 * - `other`: something about this key.
 */
export type ErrorMeaning = "command" | "key" | "moved" | "passing" | "other";

/** First words of the errors that a server gives to whatever it is asked, for a while. */
export const passingCodes: ReadonlySet<string> = new Set(["BUSY", "LOADING", "MASTERDOWN", "TRYAGAIN", "CLUSTERDOWN"]);

/** Proved on Redis 6.0, 7.0, 8.0 and Valkey 8.1, 9.1: the wording differs, "permissions to run" and "access" do not. */
export function meaningOf(text: string): ErrorMeaning {
  if (text.startsWith("NOPERM")) return text.includes("permissions to run") ? "command" : "key";
  if (/^(MOVED|ASK) /.test(text)) return "moved";
  if (passingCodes.has(text.split(" ", 1)[0] ?? "")) return "passing";
  // OBJECT IDLETIME under an LFU policy, and FREQ under another.
  if (/unknown (sub)?command|maxmemory policy/i.test(text)) return "command";
  return "other";
}

/** The server answers, but not this, and not now: worth another try a little later. */
export class PassingError extends Error {}
