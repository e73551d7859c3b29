/**
 * Works on items, at most `limit` at a time, and gives the results in the order of the items. No new work is begun while a
 * result waits to be taken, so a slow reader holds at most `limit` of them.
 */
export async function* inOrder<T, R>(
  items: AsyncIterable<T> | Iterable<T>,
  limit: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const running: Promise<R>[] = [];
  for await (const item of items) {
    const result = work(item);
    // It may fail long before its turn comes.
    result.catch(() => {});
    running.push(result);
    if (running.length >= limit) yield await (running.shift() as Promise<R>);
  }
  for (const result of running) yield await result;
}
