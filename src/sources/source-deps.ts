import type { Readable } from "node:stream";
import type { RemoteSourceDeps } from "./remote-source-deps.js";

/** What a source has of the outside world. */
export interface SourceDeps extends RemoteSourceDeps {
  env: Readonly<Record<string, string | undefined>>;
  /** For `path: "-"`. */
  stdin: Readable;
}
