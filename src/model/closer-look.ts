/** A key to be asked more about than the scan asks: it is named as the scan gave it, one character a byte. */
export interface KeyHandle {
  node: string;
  database: number;
  name: string;
  type: string | null;
}

/** The same text for the same key. */
export function handleId({ node, database, name }: KeyHandle): string {
  return `${node} ${database} ${name}`;
}

/** What a second, bounded look at one key gave. Null: not asked, refused, or the key has gone; `gone` tells the last. */
export interface CloserLook {
  key: KeyHandle;
  gone: boolean;
  /** MEMORY USAGE with a larger, still bounded sample. */
  bytes: number | null;
  elements: number | null;
  encoding: string | null;
  ttlMs: number | null;
  idleSeconds: number | null;
  /** Of strings: how the first bytes of the value look. Only where reading does not touch the key. */
  value: ValueLook | null;
  stream: StreamLook | null;
}

export interface ValueLook {
  /** STRLEN. */
  length: number;
  readBytes: number;
  json: boolean;
  /** Deflated over plain size of what was read, 0 to 1 (above: it does not shrink). */
  deflatedRatio: number;
}

/** XINFO STREAM and XINFO GROUPS. */
export interface StreamLook {
  length: number;
  /** All that were ever added (7.0+). Equal to `length`: nothing was ever trimmed. Null: not reported. */
  entriesAdded: number | null;
  groups: StreamGroupLook[];
}

export interface StreamGroupLook {
  name: string;
  consumers: number;
  pending: number;
  /** Entries not delivered yet (7.0+); null: not known. */
  lag: number | null;
  /** Milliseconds since the oldest pending entry was delivered; null: none pending or not asked. */
  oldestPendingMs: number | null;
}
