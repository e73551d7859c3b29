import { CachectlError } from "../../model/errors.js";
import { formatEndpoint } from "../../model/node.js";
import type { Report } from "../../model/report.js";
import type { SentinelConfigRequest, SentinelHost } from "../../model/sentinel-config.js";
import { planSentinelConfig } from "../../plan/sentinel/plan-sentinel-config.js";
import { parseEndpoint } from "../../profiles/parse-endpoint.js";
import type { ProfileSelection } from "../../profiles/select-profiles.js";
import { sentinelConfigReport } from "../../report/sentinel/config-report.js";
import { beginRun } from "../begin-run.js";
import { orThrow } from "../cluster/throw-refusal.js";
import type { Context } from "../context.js";

export interface SentinelConfigOptions extends Omit<SentinelConfigRequest, "sentinels" | "primary" | "announce"> {
  selection: ProfileSelection;
  /** `host` or `host:port` of each sentinel; without a port 26379. */
  nodes: readonly string[];
  /** `host:port`; null: asked of the profile's nodes. */
  primary: string | null;
  /** As in `nodes` → `host:port` or `host`. */
  announce: Record<string, string>;
}

/** `cachectl sentinel config`: a checked sentinel.conf for each host. Read-only; without --primary it asks the profile's nodes. */
export async function sentinelConfig(context: Context, options: SentinelConfigOptions): Promise<Report> {
  const frame = beginRun(context);
  const { nodes, primary, announce, selection, ...rest } = options;
  if (nodes.length === 0)
    throw new CachectlError(
      "usage",
      "no-nodes",
      "no sentinel is named",
      "Give --nodes with the hosts that are to run one.",
    );
  const request: SentinelConfigRequest = {
    ...rest,
    sentinels: nodes.map((text) => sentinelHost(text, "a node")),
    primary: primary === null ? await askedPrimary(context, selection, rest.masterName) : dataNode(primary),
    announce: Object.fromEntries(
      Object.entries(announce).map(([node, as]) => [
        formatEndpoint(sentinelHost(node, "a node")),
        sentinelHost(as, "an announced address"),
      ]),
    ),
  };
  return sentinelConfigReport(orThrow(planSentinelConfig(request)), {
    passwordVariable: rest.passwordVariable,
    frame: frame(),
  });
}

const sentinelPort = 26_379;
const redisPort = 6_379;

function sentinelHost(text: string, what: string): SentinelHost {
  return endpoint(text, what, sentinelPort);
}

function dataNode(text: string): SentinelHost {
  return endpoint(text, "the primary", redisPort);
}

function endpoint(text: string, what: string, defaultPort: number): SentinelHost {
  const parsed = parseEndpoint(text, defaultPort);
  if (parsed.ok) return { host: parsed.host, port: parsed.port };
  throw new CachectlError(
    "usage",
    "bad-address",
    `${what} must ${parsed.reason}, and ${text} is not`,
    "Mend the address.",
  );
}

/** @throws CachectlError usage where it is not one */
async function askedPrimary(context: Context, selection: ProfileSelection, masterName: string): Promise<SentinelHost> {
  const named = selection.profiles.length > 0 || Object.keys(selection.labels).length > 0;
  const [profile] = named ? await context.loadProfiles(selection) : [];
  if (profile === undefined)
    throw new CachectlError(
      "usage",
      "no-primary",
      "no primary is named",
      "Give --primary HOST:PORT, or -p with a profile whose nodes can be asked.",
    );
  const fleet = await context.openFleet(profile.kind === "sentinel" ? { ...profile, masterName } : profile);
  try {
    const primaries = fleet.nodes.filter(({ identity }) => identity.role === "primary");
    const [primary, ...others] = primaries.map(({ identity }) => identity.address);
    if (primary !== undefined && others.length === 0) return dataNode(primary);
    throw new CachectlError(
      "usage",
      "no-primary",
      `${profile.identity.name} has ${primaries.length} known primaries: ${(await fleet.gaps()).join("; ") || "none answers"}`,
      "Give --primary HOST:PORT.",
    );
  } finally {
    fleet.close();
  }
}
