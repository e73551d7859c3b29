import { CachectlError } from "../../model/errors.js";
import { ownText } from "../../model/key-name.js";
import { ReplyError } from "../../model/node-port.js";
import { slotsOf } from "../../model/slot-ranges.js";
import type { KeyOwner } from "./key-owner.js";
import type { KeyRouter } from "./key-router.js";

/** SCAN of this many takes about 0.2 ms. */
const pageSize = 500;

/** A pass that is broken off by a failover, or during which slots moved, is begun again; so often at most. */
const mostPasses = 8;

export interface NameScan {
  /** One character a byte. */
  pattern: string;
  /** Only the owner of this slot has such keys; null: all have. */
  slot: number | null;
  /** A page of names, distinct; they are slices. `false` ends the scan. */
  onNames: (names: string[]) => Promise<boolean>;
}

/**
 * Reads the names of all keys that match, by SCAN on every primary, never KEYS. Read-only. Names that are in the way of slots on
 * the move are looked for again until a pass saw them at rest.
 *
 * @returns why not all can have been seen, as a clause; null: all were that were there when it began
 */
export async function scanNames(router: KeyRouter, scan: NameScan): Promise<string | null> {
  let why = "";
  for (let pass = 0; pass < mostPasses; pass++) {
    try {
      await router.refresh();
      const { uncovered } = router;
      for (const owner of router.owners) {
        if (scan.slot !== null && owner.slots !== null && !slotsOf(owner.slots).includes(scan.slot)) continue;
        if (!(await scanOwner(router, owner, scan))) return null;
      }
      const changed = await router.refresh();
      if (uncovered > 0) {
        why = `${uncovered} slots had no primary that answered`;
        if (!(await router.waitForOwners())) return why;
        continue;
      }
      if (!changed) return null;
      why = "slots moved, or a primary was replaced, during every pass";
      // A pass over few keys is over sooner than a reshard.
      if (pass + 1 < mostPasses) await router.waitForRest(pass);
    } catch (error) {
      if (!(error instanceof CachectlError)) throw error;
      if (error.kind === "interrupted") throw error;
      why = error.message;
      // Whoever is gone is looked for, for as long as a failover takes.
      router.interruptions++;
      if (!(await router.waitForOwners())) return why;
    }
  }
  return why;
}

async function scanOwner(router: KeyRouter, owner: KeyOwner, { pattern, onNames }: NameScan): Promise<boolean> {
  let cursor = "0";
  do {
    const reply = await router.direct(owner, "SCAN", cursor, "MATCH", pattern, "COUNT", String(pageSize));
    if (reply instanceof ReplyError)
      throw new CachectlError(
        "unreached",
        "scan-refused",
        `${owner.node.identity.address} refuses SCAN: ${reply.text}`,
        "",
      );
    const [next, list] = Array.isArray(reply) ? reply : [];
    if (typeof next !== "string" || !Array.isArray(list))
      throw new CachectlError(
        "unreached",
        "no-scan",
        `${owner.node.identity.address} does not answer SCAN with a page`,
        "",
      );
    const names = [...new Set(list as string[])].map(ownText);
    if (!(await onNames(names))) return false;
    cursor = ownText(next);
  } while (cursor !== "0");
  return true;
}
