import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Most tests wait for servers rather than compute: one worker, the default on two cores, would leave half of them idle.
    maxWorkers: 3,
    globalSetup: "test/support/state-directory.ts",
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
