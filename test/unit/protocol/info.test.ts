import { describe, expect, it } from "vitest";
import { flagField, numberField, parseInfo, parsePairs } from "../../../src/protocol/info.js";

describe("parseInfo", () => {
  it("reads fields by lower-case section, whatever the line ends are", () => {
    expect(parseInfo("# Server\r\nredis_version:7.0.15\r\n\r\n# Cluster Info\nstate:ok\n")).toEqual({
      "": {},
      server: { redis_version: "7.0.15" },
      "cluster info": { state: "ok" },
    });
  });

  it("keeps colons and equal signs of a value", () => {
    const info = parseInfo("# Server\nlistener0:name=tcp,bind=::1,port=6379\nconfig_file:C:/valkey.conf");
    expect(info["server"]).toEqual({ listener0: "name=tcp,bind=::1,port=6379", config_file: "C:/valkey.conf" });
  });

  it("keeps an empty value and a section without fields", () => {
    expect(parseInfo("# Server\r\nconfig_file:\r\n# Modules\r\n")).toMatchObject({
      server: { config_file: "" },
      modules: {},
    });
  });

  it("puts fields before any header under an empty name, as CLUSTER INFO has them", () => {
    expect(parseInfo("cluster_state:ok\r\n")[""]).toEqual({ cluster_state: "ok" });
  });

  it("leaves out what is no field", () => {
    expect(parseInfo("nonsense\n:7\n")).toEqual({ "": {} });
  });
});

describe("numberField", () => {
  it.each([
    ["42", 42],
    ["0.87", 0.87],
    ["81.23%", 81.23],
    ["-1", -1],
    [" 7", 7],
  ])("reads %j", (text, value) => {
    expect(numberField({ f: text }, "f")).toBe(value);
  });

  it.each(["", " ", "1.2G", "nan", "inf", "-"])("does not make a number of %j", (text) => {
    expect(numberField({ f: text }, "f")).toBeNull();
  });

  it("is null for an absent field and an absent section, not 0", () => {
    expect(numberField({}, "f")).toBeNull();
    expect(numberField(undefined, "f")).toBeNull();
  });
});

describe("flagField", () => {
  it("tells no from not reported", () => {
    const section = { on: "1", off: "0" };
    expect([flagField(section, "on"), flagField(section, "off"), flagField(section, "absent")]).toEqual([
      true,
      false,
      null,
    ]);
  });
});

describe("parsePairs", () => {
  it("reads a value's own fields and keeps what follows the first equal sign", () => {
    expect(parsePairs("keys=1,expires=0,name=a=b")).toEqual({ keys: "1", expires: "0", name: "a=b" });
  });

  it("leaves out what is no pair", () => {
    expect(parsePairs("keys=1,oops,=3,")).toEqual({ keys: "1" });
  });
});
