import { keyText } from "../../model/key-name.js";
import type { RedisBulkPort } from "../../model/node-port.js";
import { readKeys, type KeysRead, type ReadSettings } from "./read-keys.js";

/** A primary with a connection of its own for this source. */
export interface OpenPrimary {
  address: string;
  port: RedisBulkPort;
}

/**
 * Reads keys that may be on any of the primaries: each one is asked, and who does not own a key says so. What none of them
 * owns up to, because its slot is just being moved, is rejected; what none of them has is gone.
 */
export async function* readAnywhere(
  primaries: readonly OpenPrimary[],
  names: readonly string[],
  settings: ReadSettings,
): AsyncGenerator<KeysRead> {
  const disowned = new Map(names.map((name) => [name, 0]));
  for (const { address, port } of primaries)
    for await (const read of readKeys(port, names, settings, address)) {
      for (const name of read.moved) disowned.set(name, (disowned.get(name) ?? 0) + 1);
      if (read.rows.length + read.rejected.length > 0) yield { ...read, moved: [] };
    }
  const homeless = [...disowned].filter(([, times]) => times === primaries.length);
  const reason = "no node has its slot just now: it is being moved";
  const rejected = homeless.map(([name]) => ({ place: `key ${keyText(name)}`, reason, text: keyText(name) }));
  if (rejected.length > 0) yield { rows: [], places: [], rejected, moved: [] };
}
