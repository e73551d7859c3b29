import { join } from "node:path";
import type { Context } from "../context.js";

/** Where journals are kept: beside other programs' state, since losing one costs no more than a `cluster fix`. */
export function journalDirectory({ env, home }: Pick<Context, "env" | "home">): string {
  const state = env["XDG_STATE_HOME"];
  // An empty variable counts as unset, and a relative one is to be ignored (XDG Base Directory Specification).
  const root = state?.startsWith("/") === true ? state : join(home, ".local", "state");
  return join(root, "cachectl", "journals");
}

/** One journal for each target. Its name may be a URL or hold slashes. */
export function journalPath(context: Pick<Context, "env" | "home">, target: string): string {
  const name = target.replace(/[^\w.-]+/g, "_").slice(0, 100);
  return join(journalDirectory(context), `${name}.jsonl`);
}
