import type { Readable } from "node:stream";

/** What a source has of the outside world. */
export interface SourceDeps {
  env: Readonly<Record<string, string | undefined>>;
  /** For `path: "-"`. */
  stdin: Readable;
}
