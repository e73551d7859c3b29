import type { Address } from "./demo-deps.js";

/** Where the fleet's servers listen. */
export interface FleetAddresses {
  cluster: { primaries: Address[]; replicas: Address[] };
  sentinel: { masterName: string; sentinels: Address[]; primary: Address; replica: Address };
  memcached: { small: Address; roomy: Address };
}
