import { lossCases, type LossCase } from "../../model/host-loss.js";
import { hostOf } from "../../model/node.js";
import type { ObservedTarget } from "../../model/observation.js";
import type { Section } from "../../model/report.js";
import { whyNotPromotable } from "../../model/promotable.js";
import {
  sentinelGroups,
  type DataNode,
  type ReplicaNode,
  type SentinelGroup,
  type SentinelVoice,
} from "../../model/sentinel-group.js";
import { column, tableSection, type SectionPlace } from "../keyspace/section-table.js";

type Zones = Readonly<Record<string, string>>;

/** For each monitored master: its sentinels, its servers, and what the loss of each host would do. */
export function sentinelSections(targets: readonly ObservedTarget[]): Section[] {
  const groups = targets.map(({ target, nodes }) => ({ target, groups: sentinelGroups(nodes) }));
  const several = groups.reduce((count, each) => count + each.groups.length, 0) > 1;
  return groups.flatMap(({ target, groups: ofTarget }) =>
    ofTarget.flatMap((group) => {
      const place = { target: target.name, several: false };
      const title = (text: string) =>
        several ? `${text} (${targets.length > 1 ? `${target.name}, ` : ""}${group.name})` : text;
      return [
        ...sentinels(place, title("SENTINELS"), group, target.zones ?? {}),
        ...servers(place, title("SERVERS"), group, target.zones ?? {}),
        ...losses(place, title("WITHOUT ONE HOST"), group, target.zones ?? {}),
      ];
    }),
  );
}

interface SentinelRow {
  address: string;
  voice: SentinelVoice | null;
  /** Why it has no say. */
  silence: string | null;
}

function sentinels(place: SectionPlace, title: string, group: SentinelGroup, zones: Zones): Section[] {
  const rows: SentinelRow[] = [
    ...group.voices.map((voice) => ({ address: voice.node.address, voice, silence: null })),
    ...group.strangers.map(({ address }) => ({ address, voice: null, silence: `does not watch ${group.name}` })),
    ...group.silent.map(({ node }) => ({ address: node.address, voice: null, silence: "not asked: no answer" })),
  ];
  return tableSection<SentinelRow>(place, {
    id: "sentinels",
    title,
    rows,
    columns: [
      column("master", "name", "text", 0, () => group.name),
      column("address", "sentinel", "text", null, ({ address }) => address),
      column("id", "id", "text", 0, ({ voice }) => voice?.id ?? null),
      column("zone", "zone", "text", 30, ({ address }) => zones[hostOf(address)] ?? null),
      column("names", "names as master", "text", 100, ({ voice }) =>
        voice === null ? null : (voice.master.toldAddress ?? voice.master.address),
      ),
      column("epoch", "epoch", "count", 60, ({ voice }) => voice?.master.configEpoch ?? null),
      column("quorum", "quorum", "count", 80, ({ voice }) => voice?.master.quorum ?? null),
      column("sentinels", "sentinels", "count", 70, ({ voice }) =>
        voice === null ? null : voice.master.sentinelList.length + 1,
      ),
      column("replicas", "replicas", "count", 50, ({ voice }) => voice?.master.replicaList.length ?? null),
      column("downAfterMs", "down after", "milliseconds", 40, ({ voice }) => voice?.master.downAfterMs ?? null),
      column("state", "state", "text", 90, stateOf),
      column("quorumCheck", "CKQUORUM", "text", 0, ({ voice }) => voice?.master.quorumCheck ?? null),
    ],
  });
}

function stateOf({ voice, silence }: SentinelRow): string | null {
  if (voice === null) return silence;
  const { flags, failoverState } = voice.master;
  return [flags.join(","), ...(failoverState === null ? [] : [failoverState])].join(": ");
}

function servers(place: SectionPlace, title: string, group: SentinelGroup, zones: Zones): Section[] {
  return tableSection<DataNode | ReplicaNode>(place, {
    id: "servers",
    title,
    rows: [group.primary, ...group.replicas],
    columns: [
      column("master", "name", "text", 0, () => group.name),
      column("address", "server", "text", null, ({ address }) => address),
      column("named", "sentinels say", "text", 100, (row) => ("entries" in row ? "replica" : "master")),
      column("role", "it says", "text", 95, ({ facts: { replication } }) =>
        replication?.ok === true ? (replication.value.role === "primary" ? "master" : "replica") : null,
      ),
      column("link", "link", "text", 60, ({ facts: { replication } }) =>
        replication?.ok === true ? replication.value.linkStatus : null,
      ),
      column("priority", "priority", "count", 50, ({ facts: { replication } }) =>
        replication?.ok === true ? replication.value.priority : null,
      ),
      column("promotable", "promotable", "text", 80, (row) =>
        "entries" in row ? (whyNotPromotable(row) ?? "yes") : null,
      ),
      column("zone", "zone", "text", 30, ({ address }) => zones[hostOf(address)] ?? null),
    ],
  });
}

function losses(place: SectionPlace, title: string, group: SentinelGroup, zones: Zones): Section[] {
  return tableSection<LossCase>(place, {
    id: "loss",
    title,
    rows: lossCases(group, zones),
    columns: [
      column("master", "name", "text", 0, () => group.name),
      column("kind", "kind", "text", 20, ({ kind }) => kind),
      column("name", "without", "text", null, ({ name }) => name),
      column("holds", "holds", "text", 70, holdings),
      column("votesLeft", "sentinels left", "count", 90, ({ votesLeft }) => votesLeft),
      column("votesNeeded", "needed", "count", 80, ({ votesNeeded }) => votesNeeded),
      column("elects", "elects", "text", 85, ({ elects }) => (elects ? "yes" : "no")),
      column("promotableLeft", "promotable left", "count", 88, ({ promotableLeft }) => promotableLeft.length),
      column("outcome", "outcome", "text", 100, ({ outcome }) => outcome),
    ],
  });
}

function holdings({ sentinels: some, primary, replicas }: LossCase): string {
  const counted = (count: number, word: string) => (count === 0 ? [] : [count === 1 ? word : `${count} ${word}s`]);
  return [
    ...counted(some.length, "sentinel"),
    ...(primary ? ["master"] : []),
    ...counted(replicas.length, "replica"),
  ].join(", ");
}
