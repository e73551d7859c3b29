import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseProcess, runToEnd, startOnPort } from "./database-process.js";
import { findDatabase } from "./find-database.js";
import { temporaryDirectory } from "./registry.js";

export interface TestMariadb {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  kill(): Promise<void>;
}

/** Makes a throwaway data directory, starts it on a free loopback port and waits until it serves. It ends with the test file. */
export async function startMariadb(): Promise<TestMariadb> {
  const [installDb, mariadbd] = [
    await findDatabase("mariadb", "mariadb-install-db"),
    await findDatabase("mariadb", "mariadbd"),
  ];
  const dir = await temporaryDirectory();
  const data = join(dir, "data");
  // It refuses to run as root unless it is told so by name.
  const user = process.getuid?.() === 0 ? ["--user=root"] : [];
  const quick = ["--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=64M", "--innodb-log-file-size=64M"];
  await runToEnd(
    [
      installDb,
      "--no-defaults",
      `--datadir=${data}`,
      ...user,
      "--skip-test-db",
      "--auth-root-authentication-method=normal",
    ],
    dir,
    {},
  );
  const [password, initFile] = ["mariadb-password", join(dir, "init.sql")];
  const statements = [
    "CREATE DATABASE IF NOT EXISTS shop CHARACTER SET utf8mb4",
    `CREATE USER IF NOT EXISTS 'warm'@'%' IDENTIFIED BY '${password}'`,
    "GRANT ALL ON shop.* TO 'warm'@'%'",
  ];
  await writeFile(initFile, statements.map((statement) => `${statement};\n`).join(""));
  const where = [`--datadir=${data}`, `--socket=${join(dir, "socket")}`, "--bind-address=127.0.0.1"];
  const more = ["--skip-name-resolve", `--init-file=${initFile}`, ...quick];
  const server = await startOnPort(
    (port) =>
      new DatabaseProcess(port, dir, [mariadbd, "--no-defaults", ...user, `--port=${port}`, ...where, ...more], {}),
    (output) => output.includes("ready for connections"),
  );
  const { host, port } = server;
  return { host, port, user: "warm", password, database: "shop", kill: () => server.kill() };
}
