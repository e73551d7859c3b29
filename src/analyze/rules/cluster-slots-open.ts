import type { NodeIdentity } from "../../model/node.js";
import type { Command, Evidence } from "../../model/finding.js";
import { verbLine } from "../../model/shell-quote.js";
import { findOpenSlots, type OpenSlot } from "../../model/open-slots.js";
import { defineTargetRule, evidence, serverCommand, shellLine, type Draft } from "../rule.js";

// An interrupted reshard leaves one open slot, a pipelined one some; more are not worth a line each.
const mostSlots = 20;

export const clusterSlotsOpen = defineTargetRule({
  id: "cluster-slots-open",
  category: "cluster",
  issue: "Hash slots are open between two nodes",
  priorities: ["high"],
  reason:
    "An open slot belongs to a move that runs or was broken off: multi-key commands on it fail with TRYAGAIN, every access may take a redirect, and rebalancing refuses to start.",
  source: "redis-cli --cluster check",
  needs: ["clusterView"],
  check(views, { unseen, target }) {
    const open = findOpenSlots(views);
    const fix = [shellLine(verbLine("cluster fix", target.name))];
    return [
      draft(
        open.filter(({ state }) => state === "moving"),
        {
          issue: "Hash slots are being moved, or a move was broken off",
          action:
            "Let a running reshard finish. If none runs, finish the move with cachectl cluster fix: part of the keys may already be on the target, and closing the slot would hide them.",
          commands: countKeys,
          fix,
        },
      ),
      draft(
        open.filter(({ state }) => state === "importing-only"),
        {
          issue: "Hash slots are open for import on a node while their owner does not move them out",
          action:
            "If no reshard runs, count the slot's keys on the importing node: with none, close it there with CLUSTER SETSLOT and STABLE; with some, let cachectl cluster fix move them to the owner, since closing would hide them.",
          commands: countKeys,
          fix,
        },
      ),
      draft(
        open.filter(({ state }) => state === "owner-only"),
        {
          issue: "Hash slots are marked as moving on their owner, and no node takes them in",
          action: "If no reshard runs, close them with the commands below: the owner keeps slot and keys.",
          // Who was not seen may be importing the slot and hold some of its keys already.
          commands: unseen.length === 0 ? close : countKeys,
          fix: [],
        },
      ),
    ].flat();
  },
});

function draft(
  slots: OpenSlot[],
  {
    commands,
    fix,
    ...texts
  }: { issue: string; action: string; commands: (slot: OpenSlot) => Command[]; fix: Command[] },
): Draft[] {
  if (slots.length === 0) return [];
  const shown = slots.slice(0, mostSlots);
  const [first] = slots;
  const total: Evidence[] =
    first !== undefined && slots.length > mostSlots
      ? [evidence(first.nodes[0], "open slots", slots.length, "count")]
      : [];
  return [
    {
      priority: "high",
      ...texts,
      evidence: [
        ...total,
        ...shown.flatMap((slot) => slot.marks.map(({ node, mark }) => evidence(node, `slot ${slot.slot}`, mark))),
      ],
      commands: [...fix, ...shown.flatMap(commands)],
    },
  ];
}

function countKeys({ slot, nodes }: OpenSlot): Command[] {
  return nodes.map((node: NodeIdentity) => serverCommand(node, "CLUSTER", "COUNTKEYSINSLOT", String(slot)));
}

function close({ slot, nodes }: OpenSlot): Command[] {
  return nodes.map((node: NodeIdentity) => serverCommand(node, "CLUSTER", "SETSLOT", String(slot), "STABLE"));
}
