import { onTestFinished, TestRunner } from "vitest";

/**
 * Ends something with the running test. Not for concurrent ones: which test is running is known only until the first await there,
 * and what belongs to one would end with another. Those take `onTestFinished` from their own context.
 */
export function endWithTheTest(end: () => unknown): void {
  if (TestRunner.getCurrentTest()?.concurrent === true)
    throw new Error("a concurrent test must not use what ends with the running test");
  onTestFinished(async () => {
    await end();
  });
}
