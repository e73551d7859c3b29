import { describe, expect, it } from "vitest";
import { keyspaceReport } from "../../src/report/keyspace-report.js";
import { renderReport, type RenderOptions } from "../../src/report/render.js";
import { keyspaces } from "./keyspaces.js";

describe.each(Object.entries(keyspaces))("%s", (name, run) => {
  const text = (format: RenderOptions["format"], width = 80) =>
    renderReport(keyspaceReport(run), { format, width, color: false });

  it.each([80, 120])("reads well at %i columns", async (width) => {
    await expect(text("table", width)).toMatchFileSnapshot(`files/${name}-${width}.txt`);
  });

  it("is the same JSON as before", async () => {
    await expect(text("json")).toMatchFileSnapshot(`files/${name}.json`);
  });

  it("is one line for Nagios", async () => {
    await expect(text("nagios")).toMatchFileSnapshot(`files/${name}.nagios.txt`);
  });
});
