/**
 * Runs `work` after the sockets had their turn: what a timer that says "no answer" has to do. When this process was busy or
 * suspended for that long its timers come first, while the answer that came in time lies there unread.
 */
export function afterUnreadAnswers(work: () => void): void {
  // Node reads sockets in the poll phase, between timers and this.
  setImmediate(work);
}
