import { describe, expect, it } from "vitest";
import { ask, whyMissing } from "../../../src/collect/ask.js";
import { CachectlError, ConnectError, ServerReplyError } from "../../../src/model/errors.js";
import { known, missing } from "../../../src/model/fact.js";

const reply = (text: string) => new ServerReplyError("CONFIG GET", text, "");

describe("ask", () => {
  it("gives what the parser makes of the answer", async () => {
    expect(await ask(Promise.resolve("7"), Number, "absent")).toEqual(known(7));
  });

  it("takes null from the parser for something the server does not have", async () => {
    expect(await ask(Promise.resolve("7"), () => null, "no such thing")).toEqual(
      missing("not-supported", "no such thing"),
    );
  });

  it("makes a refusal a fact, so that it does not cost the others", async () => {
    const fact = await ask(Promise.reject(reply("NOPERM no permissions")), String, "absent");
    expect(fact).toMatchObject({ ok: false, cause: "not-permitted" });
  });

  it("throws a parser's own error on: that is a defect, not a fact", async () => {
    const parse = () => {
      throw new TypeError("defect");
    };
    await expect(ask(Promise.resolve(""), parse, "absent")).rejects.toThrow("defect");
  });
});

describe("whyMissing", () => {
  it.each([
    ["NOPERM User ops has no permissions to run the 'config|get' command", "not-permitted"],
    ["ERR unknown command 'CONFIG', with args beginning with: 'GET'", "not-permitted"],
    ["ERR unknown command `CONFIG`, with args beginning with: `GET`", "not-permitted"],
    ["ERR unknown subcommand 'HISTOGRAM'. Try LATENCY HELP.", "not-supported"],
    ["ERR Unknown subcommand or wrong number of arguments for 'HISTOGRAM'", "not-supported"],
    ["ERR This instance has cluster support disabled", "not-supported"],
    ["LOADING Redis is loading the dataset in memory", "failed"],
    ["BUSY Redis is busy running a script", "failed"],
    ["ERR something new", "failed"],
  ])("%j is %s, and keeps the server's words", (text, cause) => {
    const why = whyMissing(reply(text));
    expect(why.cause).toBe(cause);
    expect(why.reason).toContain(text);
  });

  it("says that a connection broke", () => {
    expect(whyMissing(new ConnectError("closed", "10.0.0.5:6379 closed the connection", ""))).toEqual(
      missing("unreachable", "10.0.0.5:6379 closed the connection"),
    );
  });

  it("throws an abort and a defect on", () => {
    const errors = [
      new ConnectError("aborted", "interrupted", ""),
      new CachectlError("interrupted", "interrupted", "interrupted", ""),
      new TypeError("defect"),
    ];
    for (const error of errors) expect(() => whyMissing(error)).toThrow(error);
  });
});
