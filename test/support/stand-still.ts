/** This whole process, as when it is suspended: its timers come due, and what arrives meanwhile lies unread. */
export function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
