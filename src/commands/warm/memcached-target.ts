import { openMemcachedWriter, type MemcachedWriter } from "../../apply/warm/memcached/memcached-writer.js";
import type { Patience } from "../../apply/warm/no-answer.js";
import { CachectlError } from "../../model/errors.js";
import type { Fleet } from "../../model/node-port.js";
import type { Profile } from "../../model/profile.js";
import type { MappingSpec, WarmItem } from "../../model/warm-manifest.js";
import type { MapRow } from "../../plan/warm/compile-mapping.js";
import { memcachedChoice } from "../memcached-choice.js";
import type { WarmOptions } from "./warm-options.js";

/** A Memcached server or pool as the target of a warm-up. */
export interface MemcachedTarget {
  /** The address of the server that the application keeps a key on. */
  serverOf: (key: string) => string;
  /** Rows whose key Memcached cannot hold make no item. */
  mapFor(map: MapRow): MapRow;
  open(fleet: Fleet, patience: Patience, now: () => number): MemcachedWriter;
}

/**
 * Asks nothing of the servers yet.
 *
 * @throws CachectlError usage for what Memcached does not have, and for a pool where nobody says how the application chooses a
 *   server: an item on another one would never be found
 */
export function memcachedTarget(
  profile: Profile,
  { policy, hashing }: Pick<WarmOptions, "policy" | "hashing">,
  mapping: MappingSpec,
): MemcachedTarget {
  if (mapping.tags.length > 0) throw notForMemcached("`map.tags` needs sets of keys", withoutTags);
  if (mapping.type !== "string" && mapping.type !== "json")
    throw notForMemcached(`\`map.type: ${mapping.type}\` is a type of Redis`, "Use map.type string or json.");
  if (profile.credentials !== null && profile.memcachedLogin === "sasl" && profile.seeds.some((seed) => "host" in seed))
    throw notForMemcached(
      "a SASL login speaks the binary protocol, which lacks what is needed here",
      "Start the servers with -Y in place of -S, and set `auth: ascii` in the profile.",
    );
  const serverOf = memcachedChoice(profile, hashing ?? profile.hashing);
  if (serverOf === null) throw choiceUnknown(profile);
  return {
    serverOf,
    mapFor: (map) => (row, json, nowMs) => {
      const item = map(row, json, nowMs);
      const reason = "key" in item ? unfit(item) : null;
      return reason === null ? item : { reason, expired: false };
    },
    open: ({ nodes }, patience, now) => {
      const places = new Map(nodes.map(({ identity }, place) => [identity.address, place]));
      const choose = (key: string) => places.get(serverOf(key)) ?? -1;
      return openMemcachedWriter({ servers: nodes, choose, policy, patience, now });
    },
  };
}

/** The longest key of the protocol. */
const longestKeyBytes = 250;

function unfit({ key }: WarmItem): string | null {
  if (key.length > longestKeyBytes) return `the key has more than the ${longestKeyBytes} bytes that Memcached takes`;
  for (let i = 0; i < key.length; i++) {
    const code = key.charCodeAt(i);
    if (code <= 0x20 || code === 0x7f)
      return "the key has a space or a control character, which Memcached's text protocol does not take";
  }
  return null;
}

const withoutTags = "Leave map.tags out; for Memcached a tag is a version in the key (docs/invalidate.md).";

function notForMemcached(what: string, hint: string): CachectlError {
  return new CachectlError("usage", "not-for-memcached", `${what}, and the target is Memcached`, hint);
}

function choiceUnknown({ identity, seeds }: Profile): CachectlError {
  return new CachectlError(
    "usage",
    "hashing-unknown",
    `${identity.name} has ${seeds.length} servers, and how the application chooses one for a key is not known: it would not find items on another`,
    "Say it with `hashing: ketama|modulo|memjs` in the profile, or with --hashing.",
  );
}
