import { platform } from "node:os";
import type { ContainerRuntimeClient } from "testcontainers";
import { imageFor, imageNames, imageVariable } from "../../../src/demo/images.js";

export type Mode = "containers" | "binaries";

let chosen: Promise<Mode> | undefined;

/** Where servers come from in this process. A mode demanded by name that cannot be had is an error, never a skip. */
export function serverMode(): Promise<Mode> {
  chosen ??= chooseMode();
  return chosen;
}

async function chooseMode(): Promise<Mode> {
  const wanted = process.env["CACHECTL_TEST_SERVERS"] ?? "auto";
  if (wanted === "binaries") return "binaries";
  if (wanted !== "containers" && wanted !== "auto")
    throw new Error(`CACHECTL_TEST_SERVERS=${wanted} is none of containers, binaries, auto`);
  const obstacle = await findObstacle();
  if (obstacle === null) return "containers";
  if (wanted === "containers") throw new Error(`CACHECTL_TEST_SERVERS=containers cannot be had: ${obstacle}`);
  process.stderr.write(`Tests use server binaries, not containers: ${obstacle}.\n`);
  return "binaries";
}

/** Why containers cannot serve; null when they can. */
async function findObstacle(): Promise<string | null> {
  const { getContainerRuntimeClient, ImageName } = await import("testcontainers");
  let client: ContainerRuntimeClient;
  try {
    client = await getContainerRuntimeClient();
  } catch {
    // testcontainers tells no more than that none of its ways worked, which is what the sentence says.
    return "no container engine answers";
  }
  // Host networking is the host of the engine: on another machine, or in a desktop's virtual machine, not this loopback.
  if (platform() !== "linux") return "host networking needs Linux";
  if (!["localhost", "127.0.0.1", "::1"].includes(client.info.containerRuntime.host))
    return `the engine runs on ${client.info.containerRuntime.host}, not on this machine`;
  for (const name of imageNames) {
    const image = imageFor(name, process.env);
    try {
      await client.image.pull(ImageName.fromString(image), { force: false, platform: undefined });
      // A pull can fail without an error: some engines report it only within the progress that they send.
      await client.image.inspect(ImageName.fromString(image));
    } catch (error) {
      return `image ${image} cannot be had (${imageVariable(name)} names another): ${String(error)}`;
    }
  }
  return null;
}
