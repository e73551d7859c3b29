import { mkdir, readdir, readFile, stat, utimes, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { rowsOf } from "../support/bigkeys-run.js";
import { runCli } from "../support/run-cli.js";
import { startRedis, usingServers, type RedisServer } from "../support/servers/index.js";
import { calm, figure, runWarm, userMap, users, warmFiles } from "../support/warm-run.js";
import { keyCount } from "../support/warm-under-way.js";

usingServers();

const urlOf = (server: RedisServer) => `redis://${server.address}`;
const nowhere = "redis://127.0.0.1:1";

describe("--observe", () => {
  it("tells the hit rate before and after, of the traffic beside it", async () => {
    const server = await startRedis();
    const { manifest } = await warmFiles(users(100), userMap);
    const traffic = new Traffic(server);
    const run = await runWarm([manifest, "-p", urlOf(server), "--observe", "4s"]);
    await traffic.end();
    expect(run.code).toBe(0);
    // Of four names that are asked for, the run brings three.
    expect(figure(run.report, "hit rate before, %")).toBe(0);
    const after = figure(run.report, "hit rate after, %");
    expect(after > 70 && after < 80, `${after}`).toBe(true);
    const shown = await runCli([
      "warm",
      manifest,
      "-p",
      urlOf(server),
      "--observe",
      "100ms",
      "--max-errors",
      "0",
      "-o",
      "table",
    ]);
    expect(shown.stdout).toMatch(/hit rate before, % +\S/);
  });

  it("does not know it where nobody reads, and takes the renewals of its own lock for nobody", async () => {
    const server = await startRedis();
    const { manifest } = await warmFiles(users(100), userMap);
    const run = await runWarm([manifest, "-p", urlOf(server), "--observe", "4s", "--lock-timeout", "9s"]);
    expect(run.code).toBe(0);
    // The server has counted them.
    expect(String(await server.call("INFO", "stats"))).toMatch(/keyspace_hits:[1-9]/);
    const rows = rowsOf(run.report, "warm").filter(({ what }) => String(what).startsWith("hit rate"));
    expect(rows.map(({ value }) => value)).toEqual([null, null]);
    expect(run.report.notes.join(" ")).toContain("nobody read");
  });
});

/** Reads four names for as long as it lives, of which `users(100)` has three. */
class Traffic {
  #ended = false;
  readonly #running: Promise<void>;

  constructor(server: RedisServer) {
    this.#running = this.read(server);
  }

  async end(): Promise<void> {
    this.#ended = true;
    await this.#running;
  }

  private async read(server: RedisServer): Promise<void> {
    while (!this.hasEnded()) {
      await Promise.all(["user:1", "user:2", "user:3", "user:none"].map((key) => server.call("GET", key)));
      await new Promise((settle) => setTimeout(settle, 2));
    }
  }

  private hasEnded(): boolean {
    return this.#ended;
  }
}

describe("the files that others watch a job by", () => {
  it("tell of a complete run: heartbeat and metrics, replaced as a whole", async () => {
    const server = await startRedis();
    const { manifest, path, data } = await warmFiles(users(50), userMap);
    await writeFile(data, `${await readFile(data, "utf8")}not json\n`);
    await mkdir(path("out"));
    const files = ["--heartbeat-file", path("out/beat"), "--prometheus-file", path("out/warm.prom")];
    await writeFile(path("out/warm.prom"), "of an earlier run\n");
    const { ino } = await stat(path("out/warm.prom"));
    const begun = Math.floor(Date.now() / 1_000);
    const run = await runWarm([manifest, "-p", urlOf(server), ...files]);
    expect(run.code).toBe(0);
    const metrics = parseMetrics(await readFile(path("out/warm.prom"), "utf8"));
    const labels = `manifest="warm",target="${run.report.summary.split(": ")[0] ?? ""}"`;
    const endedAt = metrics.get(`cachectl_warm_end_timestamp_seconds{${labels}}`) ?? 0;
    expect(endedAt >= begun && endedAt <= Date.now() / 1_000 + 1, `${endedAt}`).toBe(true);
    expect(metrics.get(`cachectl_warm_duration_seconds{${labels}}`)).toBeCloseTo(run.report.durationMs / 1_000, 3);
    expect(metrics.get(`cachectl_warm_success{${labels}}`)).toBe(1);
    expect(metrics.get(`cachectl_warm_rows_read{${labels}}`)).toBe(51);
    const outcomes = { written: 50, present: 0, expired: 0, rejected: 1, failed: 0, unknown: 0, not_written: 0 };
    for (const [outcome, rows] of Object.entries(outcomes))
      expect(metrics.get(`cachectl_warm_rows{${labels},outcome="${outcome}"}`), outcome).toBe(rows);
    expect(metrics.size).toBe(4 + Object.keys(outcomes).length);
    // Another file under the old name: a scrape in between sees the one or the other.
    expect((await stat(path("out/warm.prom"))).ino).not.toBe(ino);
    expect((await readdir(path("out"))).sort()).toEqual(["beat", "warm.prom"]);
    const beat = await readFile(path("out/beat"), "utf8");
    expect(Date.parse(beat.trim()) / 1_000).toBe(endedAt);
    // Whoever collects them is another user.
    for (const name of ["beat", "warm.prom"]) expect((await stat(path(`out/${name}`))).mode & 0o044).toBe(0o044);
  });

  it("tell of a failure: the heartbeat stays as old as it was, the metrics say 0", async () => {
    const server = await startRedis();
    const { manifest, path } = await warmFiles([...users(50), { name: "no id" }], userMap);
    const files = ["--heartbeat-file", path("beat"), "--prometheus-file", path("warm.prom")];
    const success = async () => {
      const metrics = parseMetrics(await readFile(path("warm.prom"), "utf8"));
      return [...metrics].filter(([name]) => name.startsWith("cachectl_warm_success"));
    };
    expect((await runWarm([manifest, "-p", urlOf(server), ...files])).code).toBe(0);
    expect((await success())[0]?.[1]).toBe(1);
    await utimes(path("beat"), 1_000, 1_000);
    const stopped = await runWarm([manifest, "-p", urlOf(server), ...files, "--max-errors", "0"]);
    expect(stopped.code).toBe(4);
    expect((await success())[0]?.[1]).toBe(0);
    await runWarm([manifest, "-p", urlOf(server), ...files]);
    await utimes(path("beat"), 1_000, 1_000);
    // Nobody there: the run breaks off before it has counted anything.
    const unreached = await runCli(["warm", manifest, "-p", nowhere, ...files]);
    expect(unreached.code).toBe(3);
    expect(await success()).toEqual([
      [`cachectl_warm_success{manifest="warm",target="${targetOf(unreached.stderr)}"}`, 0],
    ]);
    expect((await stat(path("beat"))).mtimeMs).toBe(1_000_000);
  });

  it.each(["--heartbeat-file", "--prometheus-file", "--rejects", "--checkpoint"])(
    "are refused before anything is written where %s names no place for one",
    async (flag) => {
      const server = await startRedis();
      const { manifest, data, path } = await warmFiles(users(50), userMap);
      // A checkpoint's directory is made where there is none.
      const makes = flag === "--checkpoint";
      const places = { [path("")]: "is a directory", [`${data}/file`]: makes ? "exists" : "not a directory" };
      if (!makes) places[path("missing/file")] = "no such file or directory";
      for (const [place, why] of Object.entries(places)) {
        const run = await runCli(["warm", manifest, "-p", urlOf(server), flag, place]);
        expect(run.code, `${place}: ${run.stderr}`).toBe(2);
        expect(run.stderr.toLowerCase()).toContain(why);
        expect(run.stderr).toContain(flag);
        expect(run.stderr).not.toContain("    at ");
        expect(await keyCount(server)).toBe(0);
        expect(String(await server.call("INFO", "commandstats"))).not.toMatch(/cmdstat_(?:set|eval):/);
      }
    },
  );
});

/** What stands behind the words of a sentence that names the target. */
function targetOf(stderr: string): string {
  return /(127\.0\.0\.1:1|redis:\/\/127\.0\.0\.1:1)/.exec(stderr)?.[1] ?? stderr;
}

/** Prometheus text format 0.0.4: HELP and TYPE before a metric's samples, which stand together; each sample once. */
function parseMetrics(text: string): Map<string, number> {
  expect(text.endsWith("\n")).toBe(true);
  const samples = new Map<string, number>();
  const described = new Set<string>();
  let current = "";
  for (const line of text.slice(0, -1).split("\n")) {
    const help = /^# HELP (\w+) \S/.exec(line);
    const type = /^# TYPE (\w+) gauge$/.exec(line);
    if (help !== null) {
      current = help[1] ?? "";
      expect(described.has(current), `${current} twice`).toBe(false);
    } else if (type !== null) {
      expect(type[1]).toBe(current);
      described.add(current);
    } else {
      const sample = /^([a-z_]+)(\{(?:[a-z_]+="(?:[^"\\\n]|\\[\\"n])*",?)+\}) (-?\d+(?:\.\d+)?)$/.exec(line);
      expect(sample?.[1], line).toBe(current);
      expect(described.has(current), line).toBe(true);
      const name = `${sample?.[1] ?? ""}${sample?.[2] ?? ""}`;
      expect(samples.has(name), name).toBe(false);
      samples.set(name, Number(sample?.[3]));
    }
  }
  return samples;
}

describe("in a crontab", () => {
  it("says one line on success, nothing with --quiet, and everything where something failed", async () => {
    const server = await startRedis();
    const { manifest, path } = await warmFiles([...users(50), { name: "no id" }], userMap);
    const args = ["warm", manifest, "-p", urlOf(server), ...calm];
    const fine = await runCli(args);
    expect({ code: fine.code, stderr: fine.stderr }).toEqual({ code: 0, stderr: "" });
    expect(fine.stdout).toMatch(/^[^\n]+wrote 50 of 51 rows[^\n]+1 rejected[^\n]*\n$/);
    expect(await runCli([...args, "--quiet"])).toMatchObject({ code: 0, stdout: "", stderr: "" });
    const failed = await runCli([...args, "--max-errors", "0"]);
    expect(failed.code).toBe(4);
    const quiet = await runCli([...args, "--max-errors", "0", "--quiet"]);
    expect(quiet.code).toBe(4);
    expect(quiet.stdout).toMatch(/^FAILED[^\n]+more than --max-errors allows[^\n]+\n$/);
    expect(failed.stdout).toContain("--max-errors");
    expect(failed.stdout).toContain("the key: field id is missing");
    expect(failed.stdout).toContain("--resume");
    expect(await runCli(["warm", path("other.yaml"), "-p", urlOf(server)])).toMatchObject({ code: 2, stdout: "" });
    expect(await runCli([...args, "--rate", "none"])).toMatchObject({ code: 2, stdout: "" });
    const away = await runCli(["warm", manifest, "-p", nowhere]);
    expect(away).toMatchObject({ code: 3, stdout: "" });
    expect(away.stderr).toContain("127.0.0.1:1");
    const { manifest: other } = await warmFiles([], userMap, "{ kind: file, path: gone.ndjson }");
    expect(await runCli(["warm", other, "-p", urlOf(server)])).toMatchObject({ code: 3, stdout: "" });
  });
});
