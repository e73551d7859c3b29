import type { PersistenceFacts } from "../model/facts.js";
import { flagField, numberField, type Info } from "../protocol/info.js";

/** Reads INFO persistence. */
export function parsePersistence(info: Info): PersistenceFacts | null {
  const section = info["persistence"];
  if (section === undefined) return null;
  return {
    rdbLastBgsaveStatus: section["rdb_last_bgsave_status"] ?? null,
    rdbLastSaveTime: numberField(section, "rdb_last_save_time"),
    rdbChangesSinceLastSave: numberField(section, "rdb_changes_since_last_save"),
    rdbBgsaveInProgress: flagField(section, "rdb_bgsave_in_progress"),
    rdbLastCowBytes: numberField(section, "rdb_last_cow_size"),
    aofEnabled: flagField(section, "aof_enabled"),
    aofLastWriteStatus: section["aof_last_write_status"] ?? null,
    aofLastBgrewriteStatus: section["aof_last_bgrewrite_status"] ?? null,
    aofRewriteInProgress: flagField(section, "aof_rewrite_in_progress"),
    aofLastCowBytes: numberField(section, "aof_last_cow_size"),
    aofPendingBioFsync: numberField(section, "aof_pending_bio_fsync"),
    aofDelayedFsync: numberField(section, "aof_delayed_fsync"),
  };
}
