import { describe, expect, it } from "vitest";
import { loadDriver } from "../../../src/sources/sql/load-driver.js";

describe("loadDriver", () => {
  it("says which package is missing and how to get it", async () => {
    // A name that no package has: what Node says about one that is not installed.
    const name: string = "cachectl-test-no-such-package";
    await expect(loadDriver("pg-cursor", () => import(name))).rejects.toMatchObject({
      kind: "usage",
      code: "driver-missing",
      message: "the package pg-cursor, which reads this source, is not installed",
      hint: "Install it beside cachectl: npm install pg pg-cursor",
    });
  });

  it("passes on why a package that is there cannot be loaded", async () => {
    const broken = () => Promise.reject(new Error("compiled against a different Node.js version\nusing …"));
    await expect(loadDriver("better-sqlite3", broken)).rejects.toThrow(
      "the package better-sqlite3, which reads this source, cannot be loaded: compiled against a different Node.js version",
    );
  });
});
