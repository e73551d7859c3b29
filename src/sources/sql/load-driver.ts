import { CachectlError } from "../../model/errors.js";

/** The packages that read databases. None is installed with cachectl: who warms from SQL puts the one needed beside it. */
export type DriverPackage = "pg" | "pg-cursor" | "mysql2" | "better-sqlite3";

/** @throws CachectlError usage: the package is not there, and how to get it */
export async function loadDriver<T>(name: DriverPackage, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const missing = error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND";
    const why = missing ? "is not installed" : `cannot be loaded: ${firstLine(error)}`;
    throw new CachectlError(
      "usage",
      "driver-missing",
      `the package ${name}, which reads this source, ${why}`,
      `Install it beside cachectl: npm install ${installed(name)}`,
      error,
    );
  }
}

function installed(name: DriverPackage): string {
  if (name === "better-sqlite3") return "better-sqlite3@12 (Node 22.13 and later need no package)";
  return name.startsWith("pg") ? "pg pg-cursor" : name;
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n", 1)[0] ?? "";
}
