import { errorText, isLost, type MemberLink } from "./member-link.js";

/** What servers have when nobody sets it. */
const usualMs = 15_000;

/** The shortest cluster-node-timeout among these. A server that does not say is taken to have the usual one; `notes` says so. */
export async function shortestNodeTimeout(links: readonly MemberLink[], notes: Set<string>): Promise<number> {
  const timeouts = await Promise.all(links.map((link) => nodeTimeout(link, notes)));
  return Math.min(usualMs, ...timeouts.filter((ms) => ms > 0));
}

async function nodeTimeout(link: MemberLink, notes: Set<string>): Promise<number> {
  let reason = "no number";
  try {
    const reply = await link.askOne("tell", "CONFIG", "GET", "cluster-node-timeout");
    const ms = Array.isArray(reply) ? Number(reply[1]) : Number.NaN;
    if (Number.isFinite(ms)) return ms;
    reason = errorText(reply) ?? reason;
  } catch (error) {
    if (!isLost(error)) throw error;
    reason = error.message;
  }
  notes.add(`cluster-node-timeout of ${link.address} is not known (${reason}); ${usualMs} ms are assumed`);
  return usualMs;
}
