import { readFile } from "node:fs/promises";
import { findServer, type FoundServer } from "../../../src/demo/find-programs.js";
import { imageFor, imageNames } from "../../../src/demo/images.js";
import { installServers, type MissingServer } from "../../../src/demo/install-servers.js";
import { serverMode } from "./mode.js";

type Product = FoundServer["product"];

export interface Release<P extends Product = Product> {
  /** `redis-7.0`, `valkey-9.1`, `memcached-1.6`: product and major.minor. */
  name: string;
  product: P;
  /** `7.0` of a container image, `7.0.15` of a binary. */
  version: string;
  /** Image name or path of the binary. */
  source: string;
}

let found: Promise<Release[]> | undefined;

/** Every Redis and Valkey release at hand, oldest first per product. At least one. For `describe.each(await releases())`. */
export async function releases(): Promise<Release<"redis" | "valkey">[]> {
  return (await all()).filter((release) => release.product !== "memcached") as Release<"redis" | "valkey">[];
}

/** Every Memcached release at hand, oldest first: patch levels differ from each other where binaries of several are listed. */
export async function memcachedReleases(): Promise<Release<"memcached">[]> {
  return (await all()).filter((release) => release.product === "memcached") as Release<"memcached">[];
}

/**
 * By name; without one, the newest of the product. Where a machine has only some releases, the nearest to the one that is named:
 * a test that needs what only that one has asks {@link isAtHand} first.
 */
export async function findRelease(product: "redis" | "memcached", name?: string): Promise<Release> {
  const list: Release[] = product === "memcached" ? await memcachedReleases() : await releases();
  const release =
    list.find((one) => one.name === name) ?? list.findLast((one) => one.product === name?.split("-")[0]) ?? list.at(-1);
  if (release === undefined) throw new Error(`no release of ${product} is at hand`);
  return release;
}

/** For tests that apply to one release only: they are registered where it is there. */
export async function isAtHand(name: string): Promise<boolean> {
  return (await all()).some((one) => one.name === name);
}

function all(): Promise<Release[]> {
  found ??= findAll();
  return found;
}

async function findAll(): Promise<Release[]> {
  if ((await serverMode()) === "containers") return fromImages();
  const list = process.env["CACHECTL_TEST_RELEASES"];
  return newestOfEach(list === undefined ? await fromPath() : parseReleaseList(await readFile(list, "utf8")));
}

function fromImages(): Release[] {
  return imageNames.map((name) => {
    const [product = "", version = ""] = name.split("-");
    return { name, product: product as Product, version, source: imageFor(name, process.env) };
  });
}

/** Lines of `<release> <program> <version> <path>`; the program's name tells the product. */
function parseReleaseList(text: string): Release[] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [, program = "", version = "", path = ""] = line.split("\t");
      const product = program.replace(/-server$/, "") as Product;
      return named({ product, version, path });
    });
}

/** What is on the PATH; what is missing altogether is installed, so that tests run on a fresh machine. */
async function fromPath(): Promise<Release[]> {
  const before = await lookOnPath();
  const missing: MissingServer[] = [];
  if (!before.some(({ product }) => product !== "memcached")) missing.push("redis");
  if (!before.some(({ product }) => product === "memcached")) missing.push("memcached");
  if (missing.length === 0) return before.map(named);
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  await installServers(missing, { env: process.env, say, isRoot: process.getuid?.() === 0 });
  return (await lookOnPath()).map(named);
}

async function lookOnPath(): Promise<FoundServer[]> {
  const names = ["redis-server", "valkey-server", "memcached"] as const;
  const servers = await Promise.all(names.map((name) => findServer(name, process.env)));
  return servers.filter((server) => server !== null);
}

function named({ product, version, path }: FoundServer): Release {
  const short = product === "memcached" ? version : version.split(".").slice(0, 2).join(".");
  return { name: `${product}-${short}`, product, version, source: path };
}

/** One of each name, at its highest patch level. */
function newestOfEach(list: Release[]): Release[] {
  const byName = new Map<string, Release>();
  for (const release of [...list].sort(oldestFirst)) byName.set(release.name, release);
  return [...byName.values()].sort(oldestFirst);
}

function oldestFirst(a: Release, b: Release): number {
  if (a.product !== b.product) return a.product < b.product ? -1 : 1;
  return a.version.localeCompare(b.version, "en", { numeric: true });
}
