/** How a started server is found again, also by a later process: plain JSON for the state file. */
export type ServerRef =
  | {
      kind: "process";
      pid: number;
      /** From `processIdentity`: tells this process from a later one with the same pid. */
      identity: string;
    }
  | { kind: "container"; id: string };

export interface ServerStart {
  product: "redis" | "memcached";
  args: string[];
  /** Exists; the working directory, and for Redis the place of its configuration, log and data. */
  dir: string;
}

/** Where the demo's servers come from. */
export interface ServerSource {
  /** Fits after "Servers: ". */
  description: string;
  /** The engine's command line and the label of its containers, when servers are containers. */
  engine: EngineRef | null;
  start(start: ServerStart): Promise<ServerRef>;
  isRunning(ref: ServerRef): Promise<boolean>;
}

export interface EngineRef {
  /** `docker` or `podman`. */
  program: string;
  /** `cachectl-demo=<run>`: on every container of this run and on no other. */
  label: string;
}
