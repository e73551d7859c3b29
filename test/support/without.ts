/** An override for the records of `redisNode` (`config`, `counters`, `window.counters`): a server that does not report these names. */
export function without(...names: string[]): Record<string, never> {
  // Overrides merge, so an entry is taken away by an undefined value.
  return Object.fromEntries(names.map((name) => [name, undefined as never]));
}
