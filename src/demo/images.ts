type Environment = Readonly<Record<string, string | undefined>>;

/** Release name → public image. */
const publicImages = {
  "redis-6.0": "redis:6.0",
  "redis-7.0": "redis:7.0",
  "redis-8.0": "redis:8.0",
  "valkey-8.1": "valkey/valkey:8.1",
  "valkey-9.1": "valkey/valkey:9.1",
  "memcached-1.6": "memcached:1.6",
} as const;

export type ImageName = keyof typeof publicImages;

export const imageNames = Object.keys(publicImages) as ImageName[];

/** `redis-6.0` → the image that `REDIS_6_0_IMAGE` names, else the public one. */
export function imageFor(name: ImageName, env: Environment): string {
  return env[imageVariable(name)] ?? publicImages[name];
}

/** The environment variable that names another image for this release. */
export function imageVariable(name: ImageName): string {
  return `${name.toUpperCase().replace(/[-.]/g, "_")}_IMAGE`;
}
