import { platform, userInfo } from "node:os";
import type { DemoDeps } from "./demo-deps.js";
import { DemoError } from "./demo-error.js";
import { imageFor, imageVariable, type ImageName } from "./images.js";
import { runCommand, type CommandResult } from "./run-command.js";
import type { ServerRef, ServerSource, ServerStart } from "./server-source.js";

type Deps = Pick<DemoDeps, "env" | "say" | "signal">;

// In this order: one of them is enough for everything that the demo shows.
const redisImages: ImageName[] = ["redis-8.0", "valkey-8.1"];

const pullTimeoutMs = 300_000;
const runTimeoutMs = 60_000;

/** An engine that answers and has the images. */
export interface Engine {
  program: string;
  images: Record<ServerStart["product"], Image>;
}

interface Image {
  image: string;
  /** The server program in it: the images' own entry points would change the user and the owner of the files. */
  entrypoint: string;
}

/** A container engine with the images that the demo needs; null, after saying why, when there is none. Pulls images. */
export async function findEngine(deps: Deps): Promise<Engine | null> {
  const program = await answeringEngine(deps);
  if (program === null) {
    deps.say("No container engine answers here.");
    return null;
  }
  const obstacle = engineObstacle(deps.env);
  if (obstacle !== null) {
    deps.say(`${program} answers, but ${obstacle}.`);
    return null;
  }
  const redis = await firstImage(program, redisImages, deps);
  const memcached = redis === null ? null : await firstImage(program, ["memcached-1.6"], deps);
  if (redis === null || memcached === null) return null;
  const entrypoint = redis.name.startsWith("valkey") ? "valkey-server" : "redis-server";
  return {
    program,
    images: {
      redis: { image: redis.image, entrypoint },
      memcached: { image: memcached.image, entrypoint: "memcached" },
    },
  };
}

/** Servers in containers of this engine; `run` names the run in their label. */
export function engineServers({ program, images }: Engine, run: string, env: Deps["env"]): ServerSource {
  const label = `cachectl-demo=${run}`;
  return {
    description: `containers of ${images.redis.image} and ${images.memcached.image} (${program})`,
    engine: { program, label },
    start: (start) => runContainer(program, label, images[start.product], start, env),
    isRunning: (ref) => isRunning(program, ref, env),
  };
}

/** The first of docker and podman that answers `version`: docker says so only when its daemon does too. */
async function answeringEngine({ env, signal }: Deps): Promise<string | null> {
  for (const program of ["docker", "podman"]) {
    const { exitCode } = await runCommand([program, "version"], { env, timeoutMs: 10_000, signal });
    if (exitCode === 0) return program;
  }
  return null;
}

/** Containers are reached over the host's loopback, so the engine's host must be this machine. */
function engineObstacle(env: Deps["env"]): string | null {
  const host = env["DOCKER_HOST"] ?? "";
  if (/^(tcp|ssh|https?):/.test(host)) return `it runs at ${host}, and its loopback is not this machine's`;
  if (platform() !== "linux") return "on this system host networking does not reach this machine's loopback";
  return null;
}

async function firstImage(
  program: string,
  names: ImageName[],
  deps: Deps,
): Promise<{ name: ImageName; image: string } | null> {
  for (const name of names) {
    const image = qualified(imageFor(name, deps.env), program);
    if (await haveImage(program, image, deps)) return { name, image };
    deps.say(`Image ${image} cannot be had (${imageVariable(name)} can name another).`);
  }
  return null;
}

async function haveImage(program: string, image: string, { env, say, signal }: Deps): Promise<boolean> {
  const here = await runCommand([program, "image", "inspect", image], { env, timeoutMs: 10_000, signal });
  if (here.exitCode === 0) return true;
  say(`Pulling ${image} …`);
  const pulled = await runCommand([program, "pull", "-q", image], { env, timeoutMs: pullTimeoutMs, signal });
  return pulled.exitCode === 0;
}

/** Podman asks at the terminal, or refuses, where a name has no registry. */
export function qualified(image: string, program: string): string {
  const [first = "", ...rest] = image.split("/");
  if (program !== "podman" || (rest.length > 0 && /[.:]|^localhost$/.test(first))) return image;
  return rest.length > 0 ? `docker.io/${image}` : `docker.io/library/${image}`;
}

/**
 * Runs without the abort signal: an engine that has begun creates the container even when its command line is ended, and then
 * nobody would know about it.
 */
async function runContainer(
  program: string,
  label: string,
  { image, entrypoint }: Image,
  { args, dir }: ServerStart,
  env: Deps["env"],
): Promise<ServerRef> {
  const { uid, gid } = userInfo();
  const asRoot = entrypoint === "memcached" && uid === 0 ? ["-u", "root"] : [];
  const argv = [program, "run", "-d", "--rm", "--network", "host", "--label", label, "--user", `${uid}:${gid}`];
  // Rootless podman would otherwise map this user to another one, who may not write the directory.
  if (program === "podman" && uid !== 0) argv.push("--userns", "keep-id");
  argv.push("--security-opt", "label=disable", "-v", `${dir}:${dir}`, "-w", dir, "--entrypoint", entrypoint, image);
  const result = await runCommand([...argv, ...args, ...asRoot], { env, timeoutMs: runTimeoutMs });
  if (result.exitCode !== 0) throw notRun(program, image, result);
  return { kind: "container", id: result.stdout.split("\n").at(-1) ?? "" };
}

function notRun(program: string, image: string, { output }: CommandResult): DemoError {
  return new DemoError(
    "container-not-started",
    `${program} could not run ${image}: ${output.trim()}`,
    `See what ${program} says, or stop it so that servers on the PATH are used.`,
  );
}

async function isRunning(program: string, ref: ServerRef, env: Deps["env"]): Promise<boolean> {
  if (ref.kind !== "container") return false;
  const argv = [program, "inspect", "-f", "{{.State.Running}}", ref.id];
  const { stdout } = await runCommand(argv, { env, timeoutMs: 10_000 });
  return stdout === "true";
}
