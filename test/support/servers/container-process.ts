import { userInfo } from "node:os";
import { getContainerRuntimeClient, GenericContainer, PullPolicy, type ContainerRuntimeClient } from "testcontainers";
import { waitUntil } from "../../../src/demo/wait-until.js";
import { unwatch, watch } from "./registry.js";
import type { ServerLaunch, ServerProcess, ServerSignal } from "./server-process.js";

type Container = ReturnType<ContainerRuntimeClient["container"]["getById"]>;

/**
 * The program in a container on the host's network, so that cluster and sentinel addresses need no translation. Its directory
 * is mounted under the same path, and it runs as the user of the tests, who can look at its files and break them.
 */
export class ContainerProcess implements ServerProcess {
  readonly #launch: ServerLaunch;
  #container: Container | undefined;

  constructor(launch: ServerLaunch) {
    this.#launch = launch;
  }

  async start(): Promise<void> {
    if (this.#container !== undefined) {
      await this.#container.start();
      return;
    }
    const { release, args, dir } = this.#launch;
    const { uid, gid } = userInfo();
    const program = release.product === "memcached" ? "memcached" : `${release.product}-server`;
    const started = await new GenericContainer(release.source)
      .withPullPolicy(PullPolicy.defaultPolicy())
      .withNetworkMode("host")
      // The images' own entry points would change the user and the owner of the files.
      .withEntrypoint([program])
      .withCommand(args)
      .withUser(`${uid}:${gid}`)
      .withBindMounts([{ source: dir, target: dir, mode: "rw" }])
      .withWorkingDir(dir)
      // SELinux would refuse the mounted directory.
      .withSecurityOpt("label=disable")
      .start();
    watch("container", started.getId());
    this.#container = (await getContainerRuntimeClient()).container.getById(started.getId());
  }

  async isRunning(): Promise<boolean> {
    return (await this.#container?.inspect())?.State.Running ?? false;
  }

  async signal(name: ServerSignal): Promise<void> {
    try {
      await this.#container?.kill({ signal: name });
    } catch (error) {
      // As with a child process: a signal for what has ended already goes nowhere. The engine calls it an error.
      if (await this.isRunning()) throw error;
    }
  }

  async output(): Promise<string> {
    const logs = await this.#container?.logs({ stdout: true, stderr: true, follow: false });
    return logs === undefined ? "" : withoutFrames(logs);
  }

  async remove(): Promise<void> {
    const container = this.#container;
    if (container === undefined) return;
    this.#container = undefined;
    // A container that is just ending by itself is "improper" to some engines, and gone a moment later.
    await waitUntil(() => removed(container), {
      what: `container ${container.id} is removed`,
      timeoutMs: 60_000,
      everyMs: 100,
    });
    unwatch("container", container.id);
  }
}

/** Rejects while the engine refuses. */
async function removed(container: Container): Promise<true> {
  try {
    await container.remove({ force: true, v: true });
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode !== 404) throw error;
  }
  return true;
}

/** The engine puts eight bytes before each piece of output: stream, three zeros, length. */
function withoutFrames(logs: Buffer): string {
  let text = "";
  let offset = 0;
  while (offset + 8 <= logs.length) {
    const length = logs.readUInt32BE(offset + 4);
    text += logs.toString("utf8", offset + 8, offset + 8 + length);
    offset += 8 + length;
  }
  return text;
}
