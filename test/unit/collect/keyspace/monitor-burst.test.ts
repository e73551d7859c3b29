import { describe, expect, it } from "vitest";
import { MonitorBurst } from "../../../../src/collect/keyspace/monitor-burst.js";

const ok = "+OK\r\n";

function line(command: string, client = "10.0.0.9:4711", database = 0): string {
  return `+1339518083.107412 [${database} ${client}] ${command}\r\n`;
}

describe("MonitorBurst", () => {
  it("counts keys wherever the pieces are cut", () => {
    const text = ok + line('"get" "a"') + line('"mget" "a" "b"', "10.0.0.9:4711", 3) + line('"ping"');
    for (let cut = 0; cut <= text.length; cut++) {
      const burst = new MonitorBurst(new Set());
      burst.take(text.slice(0, cut));
      burst.take(text.slice(cut));
      expect(burst.names.top(9)).toEqual([
        { name: "a", count: 2 },
        { name: "b", count: 1 },
      ]);
      expect(burst).toMatchObject({ lines: 3, bytes: text.length, databases: new Set([0, 3]), refusal: null });
    }
  });

  it("leaves out what this program's own connections ask", () => {
    const burst = new MonitorBurst(new Set(["10.0.0.9:1"]));
    burst.take(ok + line('"get" "a"', "10.0.0.9:1") + line('"get" "b"', "10.0.0.9:12"));
    expect(burst.names.top(9)).toEqual([{ name: "b", count: 1 }]);
  });

  it("keeps the beginning of a line with a value of megabytes, and finds the next line", () => {
    const burst = new MonitorBurst(new Set());
    const value = "x".repeat(100_000);
    burst.take(`${ok}+1.0 [0 10.0.0.9:1] "set" "big" "`);
    for (let i = 0; i < 30; i++) burst.take(value);
    burst.take(`"\r\n${line('"get" "a"')}`);
    expect(burst.names.top(9).map(({ name }) => name)).toEqual(["a", "big"]);
    expect(burst.cutLines).toBe(1);
  });

  it("knows a refusal", () => {
    const burst = new MonitorBurst(new Set());
    burst.take("-NOPERM this user has no permissions\r\n");
    expect(burst.refusal).toBe("NOPERM this user has no permissions");
  });
});
