import { CachectlError } from "../../model/errors.js";
import type { Profile } from "../../model/profile.js";
import type { BigkeysOptions } from "../bigkeys.js";

/** @throws CachectlError of kind `usage` for what a Memcached dump cannot do, before any server is asked */
export function refuseForMemcached(profiles: readonly Profile[], { resume, scan, hot }: BigkeysOptions): void {
  const memcached = profiles.find(({ kind }) => kind === "memcached");
  if (memcached === undefined) return;
  const [option, why] =
    resume !== null
      ? ["--resume", "a Memcached server gives its keys in one dump, which has no place to go on from"]
      : scan.ratePerSecond !== null
        ? ["--rate", "a Memcached dump that is read slowly comes out torn, and holds up other clients"]
        : scan.type !== null
          ? ["--type", "a Memcached item has no type"]
          : hot !== null
            ? ["--hot", "a Memcached server does not tell how often an item is read"]
            : [null, ""];
  if (option === null) return;
  throw new CachectlError(
    "usage",
    "not-for-memcached",
    `${option} does not go with ${memcached.identity.name}: ${why}`,
    `Leave ${option} out for it.`,
  );
}
