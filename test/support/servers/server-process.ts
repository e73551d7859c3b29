import type { Release } from "./releases.js";

export type ServerSignal = "SIGTERM" | "SIGKILL" | "SIGSTOP" | "SIGCONT";

/** One server program, in a container or as a child process, that can be ended and started again with the same arguments. */
export interface ServerProcess {
  start(): Promise<void>;
  isRunning(): Promise<boolean>;
  signal(name: ServerSignal): Promise<void>;
  /** Standard output and error of all its starts so far. */
  output(): Promise<string>;
  /** Ends it at once, whatever its state, and removes what belongs to it except its directory. */
  remove(): Promise<void>;
}

export interface ServerLaunch {
  release: Release;
  args: string[];
  /** Exists; the working directory. */
  dir: string;
}
