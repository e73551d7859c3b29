import type { ChangeReport } from "../../model/change.js";
import type { Section } from "../../model/report.js";
import type { WarmServer } from "../../model/warm-server.js";
import { formatCount } from "../format-value.js";

export function lostItems(servers: readonly WarmServer[]): number {
  return servers.reduce((sum, { lost }) => sum + lost, 0);
}

/** A cache without persistence loses with its process what it had acknowledged: that makes a run incomplete. */
export function serverFailures(servers: readonly WarmServer[]): ChangeReport["failed"] {
  return servers.flatMap(({ address, written, lost, restarted, away }) => {
    const step = `keep what was written to ${address}`;
    if (restarted)
      return [
        {
          step,
          reason: `it was restarted while it was warmed and lost what it held, ${formatCount(lost)} items of this run among it`,
        },
      ];
    if (away)
      return [
        {
          step,
          reason: `it does not answer any more: whether it still holds the ${formatCount(written)} items is not known`,
        },
      ];
    return [];
  });
}

/** Empty for a single server: its figures are those of the run. */
export function serversSection(servers: readonly WarmServer[], target: string): Section[] {
  if (servers.length < 2) return [];
  return [
    {
      ...{ kind: "table", id: "servers", title: "Servers", target },
      columns: [
        { key: "server", label: "SERVER", unit: "text" },
        { key: "written", label: "WRITTEN", unit: "count" },
        { key: "present", label: "THERE ALREADY", unit: "count" },
        { key: "refused", label: "REFUSED", unit: "count" },
        { key: "unanswered", label: "NOT WRITTEN OR UNKNOWN", unit: "count" },
        { key: "lost", label: "LOST", unit: "count" },
      ],
      rows: servers.map(({ address, written, present, refused, unanswered, lost }) => ({
        ...{ server: address, written, present, refused, unanswered, lost },
      })),
    },
  ];
}
