import { chown, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DatabaseProcess, runToEnd, startOnPort, type RunAs } from "./database-process.js";
import { findDatabase } from "./find-database.js";
import { temporaryDirectory } from "./registry.js";

export interface TestPostgres {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  kill(): Promise<void>;
}

/** Makes a throwaway cluster, starts it on a free loopback port and waits until it serves. It ends with the test file. */
export async function startPostgres(): Promise<TestPostgres> {
  const initdb = await findDatabase("postgres", "initdb");
  const dir = await temporaryDirectory();
  const runAs = await notRoot(dir);
  const password = "postgres-password";
  const passwordFile = join(dir, "password");
  await writeFile(passwordFile, password);
  const data = join(dir, "data");
  const login = ["-U", "warm", "-A", "scram-sha-256", "--pwfile", passwordFile];
  await runToEnd([initdb, "-D", data, ...login, "-E", "UTF8", "--locale", "C", "--no-sync"], dir, runAs);
  const settings = { listen_addresses: "127.0.0.1", unix_socket_directories: dir, fsync: "off" };
  const args = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const program = join(dirname(initdb), "postgres");
  const server = await startOnPort(
    (port) => new DatabaseProcess(port, dir, [program, "-D", data, "-p", String(port), ...args], runAs),
    (output) => output.includes("database system is ready to accept connections"),
  );
  const { host, port } = server;
  return { host, port, user: "warm", password, database: "postgres", kill: () => server.kill() };
}

/** PostgreSQL refuses to run as root: it runs as the user of its package, or as nobody. */
async function notRoot(dir: string): Promise<RunAs> {
  if (process.getuid?.() !== 0) return {};
  const users = (await readFile("/etc/passwd", "utf8")).split("\n").map((line) => line.split(":"));
  const [, , uid, gid] = users.find(([name]) => name === "postgres") ?? users.find(([name]) => name === "nobody") ?? [];
  const runAs = { uid: Number(uid), gid: Number(gid) };
  await chown(dir, runAs.uid, runAs.gid);
  return runAs;
}
