/** Words in a key's name that tell what the key is for. */
export const lockWords: ReadonlySet<string> = new Set(
  "lock locks mutex mutexes lease leases semaphore semaphores redlock".split(" "),
);
export const sessionWords: ReadonlySet<string> = new Set("session sessions sess sid token tokens auth".split(" "));
/** The sets in which an application notes which cached keys belong to a tag: what it invalidates by. */
export const tagWords: ReadonlySet<string> = new Set("tag tags tagged tagset tagsets".split(" "));
export const queueWords: ReadonlySet<string> = new Set(
  "queue queues job jobs task tasks bull sidekiq resque celery kombu rq".split(" "),
);

/** Whole words only, also within camelCase: `block`, `clock` and `authors` are none. */
export function isNamed(name: string, words: ReadonlySet<string>): boolean {
  const parts = name.replaceAll(/([a-z])([A-Z])/g, "$1 $2").split(/[^A-Za-z]+/);
  return parts.some((part) => words.has(part.toLowerCase()));
}
