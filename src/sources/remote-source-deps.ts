import type { Clock } from "../model/clock.js";
import type { Fleet } from "../model/node-port.js";
import type { Secret } from "../model/secret.js";
import type { SecretSource } from "../profiles/secret-source.js";

/** What a source that is not a file has of the outside world. */
export interface RemoteSourceDeps {
  clock: Clock;
  /** Of [0, 1). */
  random: () => number;
  /** @param field path in the manifest, for errors: `source.password` */
  resolveSecret(source: SecretSource, field: string): Promise<Secret>;
  /** A profile's name, or a URL. The source closes what it gets. */
  openFleet(profile: string): Promise<Fleet>;
  /** Writes a small file whole or not at all. */
  writeFile(path: string, text: string): Promise<void>;
}
