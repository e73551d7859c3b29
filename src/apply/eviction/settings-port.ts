import type { EvictionSettings } from "../../model/eviction-settings.js";

/** The eviction settings of one node, to read and to write. Every call rejects with CachectlError. */
export interface SettingsPort {
  /** What they are now, in canonical form. Read-only. */
  read(): Promise<EvictionSettings>;
  /** Sets one. Writes. */
  write(name: string, value: string): Promise<void>;
  /** Makes them survive a restart; resolves with why it could not, as a clause, or null when they do. Writes a file of the server. */
  persist(): Promise<string | null>;
}
