import { formatEndpoint } from "../../model/node.js";
import type { SentinelConfigPlan, SentinelConfigRequest } from "../../model/sentinel-config.js";
import type { PlanRefusal } from "../../model/slot-plan.js";
import { refuse } from "../refuse.js";
import { sentinelConfigLines } from "./sentinel-config-lines.js";
import { sentinelConfigWarnings } from "./sentinel-config-warnings.js";

/** Most sentinels out of all of them: what it takes to elect the one that fails over. */
export function majorityOf(count: number): number {
  return Math.floor(count / 2) + 1;
}

/**
 * One sentinel.conf for each host, with the quorum computed (a majority) where none is asked for. Pure. Refuses what Sentinel
 * would not start from, or what could never fail over; whatever only makes a weaker group is a warning.
 */
export function planSentinelConfig(request: SentinelConfigRequest): SentinelConfigPlan | PlanRefusal {
  const { sentinels } = request;
  const quorum = request.quorum ?? majorityOf(sentinels.length);
  const refusal = refuseWords(request) ?? refuseHosts(request) ?? refuseQuorum(quorum, sentinels.length);
  if (refusal !== null) return refusal;
  return {
    masterName: request.masterName,
    quorum,
    majority: majorityOf(sentinels.length),
    files: sentinels.map((sentinel) => ({
      address: formatEndpoint(sentinel),
      lines: sentinelConfigLines(sentinel, request, quorum),
    })),
    warnings: sentinelConfigWarnings(request, quorum, majorityOf(sentinels.length)),
  };
}

/** Sentinel itself takes no other characters in a name (sentinel.c, SENTINEL MONITOR); a line of its file ends words at spaces. */
function refuseWords({ masterName, authUser, passwordVariable }: SentinelConfigRequest): PlanRefusal | null {
  if (!/^[A-Za-z0-9._-]+$/.test(masterName))
    return refuse("bad-master-name", `${masterName} is no name for a master.`, "Use letters, digits and . - _ only.");
  if (authUser !== null && !/^[^\s"'\\]+$/.test(authUser))
    return refuse(
      "bad-user",
      `${authUser} is no user name that sentinel.conf can hold.`,
      "Name an ACL user without spaces.",
    );
  if (passwordVariable === null || /^[A-Za-z_]\w*$/.test(passwordVariable)) return null;
  return refuse(
    "bad-variable",
    "What --auth-pass-variable gives is no name of a variable.",
    "Give a name such as REDIS_PASSWORD, never the password: it stands for the password in the text.",
  );
}

function refuseHosts({ sentinels, primary, zones, announce }: SentinelConfigRequest): PlanRefusal | null {
  const addresses = sentinels.map((sentinel) => formatEndpoint(sentinel));
  const twice = addresses.find((address, i) => addresses.indexOf(address) !== i);
  if (twice !== undefined) return refuse("node-twice", `${twice} is named twice.`, "Name each sentinel once.");
  if (addresses.includes(formatEndpoint(primary)))
    return refuse(
      "primary-is-sentinel",
      `${formatEndpoint(primary)} is named as a sentinel and as the primary.`,
      "Give --primary the address of the data node.",
    );
  const stranger =
    Object.keys(announce).find((address) => !addresses.includes(address)) ??
    Object.keys(zones).find((host) => !sentinels.some((sentinel) => sentinel.host === host) && host !== primary.host);
  if (stranger === undefined) return null;
  return refuse(
    "unknown-host",
    `${stranger} is none of the sentinels.`,
    `Write it as in --nodes: ${addresses.join(", ")}.`,
  );
}

function refuseQuorum(quorum: number, count: number): PlanRefusal | null {
  if (quorum < 1) return refuse("bad-quorum", "A quorum of 0 is none.", "Give 1 or more.");
  if (quorum <= count) return null;
  return refuse(
    "quorum-above-count",
    `A quorum of ${quorum} can never be reached by ${count} ${count === 1 ? "sentinel" : "sentinels"}.`,
    `Leave --quorum out for a majority (${majorityOf(count)}), or name more sentinels.`,
  );
}
