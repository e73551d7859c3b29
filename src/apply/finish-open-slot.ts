import type { MoveDeps, MoveMember, MoveOptions } from "./move-types.js";
import { moveWindow } from "./mover/classic-window.js";
import { MemberLink } from "./mover/member-link.js";
import { shortestNodeTimeout } from "./mover/node-timeout.js";
import { Pace } from "./mover/pace.js";

export interface FinishRequest {
  slot: number;
  /** Who gives the slot up: it owns it, or did until the last step. */
  from: MoveMember;
  /** Who is to own it. */
  to: MoveMember;
  /** All that answered, `from` and `to` among them: each primary learns the owner. */
  members: readonly MoveMember[];
  options: MoveOptions;
  deps: MoveDeps;
}

export type FinishResult =
  | { finished: true; keys: number; notes: string[] }
  /** The slot is as open as before; no key is lost. `reason` is a sentence that names keys and nodes. */
  | { finished: false; keys: number; reason: string; notes: string[] };

/**
 * Finishes the move of one slot from any state that stopping between two steps of a move leaves: nothing open, importing only,
 * importing and migrating with keys on both sides, the target owns it and the source does not know. Writes. Never deletes a
 * key, and stops where two different values of one key stand against each other. Does not wait for a healthy cluster.
 *
 * @throws CachectlError usage where the journal cannot be written
 */
export async function finishOpenSlot(request: FinishRequest): Promise<FinishResult> {
  const { slot, members, options, deps } = request;
  const links = members.map((member) => new MemberLink(member));
  const linkOf = (member: MoveMember) =>
    links.find(({ id }) => id === member.id) ?? links[links.push(new MemberLink(member)) - 1] ?? new MemberLink(member);
  const [from, to] = [linkOf(request.from), linkOf(request.to)];
  const notes = new Set<string>();
  const progress = { doneSlots: 0, totalSlots: 1, keys: 0, bytes: 0 };
  try {
    const run = {
      options,
      deps,
      nodeTimeoutMs: await shortestNodeTimeout([from, to], notes),
      notes,
      silent: new Set<string>(),
      advance: ({ slots = 0, keys = 0, bytes = 0 }) => {
        progress.doneSlots += slots;
        progress.keys += keys;
        progress.bytes += bytes;
        deps.onProgress({ ...progress });
      },
    };
    const others = links.filter((link) => link !== from && link !== to && link.member.role === "primary");
    const pace = new Pace(deps.clock, options.ratePerSecond, options.maxLatencyMs);
    const result = await moveWindow({ pair: { run, from, to, others, pace }, lane: "move-0", slots: [slot] });
    const reason = result.left[0]?.reason;
    return reason === undefined
      ? { finished: true, keys: result.keys, notes: [...notes] }
      : { finished: false, keys: result.keys, reason, notes: [...notes] };
  } finally {
    for (const link of links) link.close();
  }
}
