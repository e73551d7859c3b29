import type { Address, DemoDeps, DemoRedis } from "./demo-deps.js";

/** Opens one connection to each address for the time of `use`, in the same order. */
export async function withConnections<T>(
  addresses: Address[],
  deps: DemoDeps,
  use: (connections: DemoRedis[]) => Promise<T>,
): Promise<T> {
  const connections = await Promise.all(addresses.map((address) => deps.openRedis(address)));
  try {
    return await use(connections);
  } finally {
    for (const connection of connections) connection.close();
  }
}
