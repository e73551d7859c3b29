import type { ConfigFacts } from "../model/facts.js";

/** A CONFIG value as a number; null when the server does not report it or reports no number. */
export function settingNumber(config: ConfigFacts, name: string): number | null {
  const text = config[name];
  if (text === undefined || text.trim() === "") return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}

/** Whether RDB snapshots are scheduled (`save` is not empty); null when the server does not report `save`. */
export function hasSavePoints(config: ConfigFacts): boolean | null {
  const save = config["save"];
  return save === undefined ? null : save.trim() !== "";
}

/** How the slow log is set, and whether it records anything that way; null when the server does not report it. */
export function slowlogSettings(
  config: ConfigFacts,
): { slowerThanUsec: number; maxEntries: number; records: boolean } | null {
  const slowerThanUsec = settingNumber(config, "slowlog-log-slower-than");
  const maxEntries = settingNumber(config, "slowlog-max-len");
  if (slowerThanUsec === null || maxEntries === null) return null;
  return { slowerThanUsec, maxEntries, records: slowerThanUsec >= 0 && maxEntries > 0 };
}
