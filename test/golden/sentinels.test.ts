import { describe, expect, it } from "vitest";
import { renderReport, type RenderOptions } from "../../src/report/render.js";
import { sentinelReports } from "./sentinels.js";

describe.each(Object.entries(sentinelReports))("%s", (name, report) => {
  const text = (format: RenderOptions["format"], width = 80) => renderReport(report(), { format, width, color: false });

  it.each([80, 160])("reads well at %i columns", async (width) => {
    await expect(text("table", width)).toMatchFileSnapshot(`files/${name}-${width}.txt`);
  });

  it("is the same JSON as before", async () => {
    await expect(text("json")).toMatchFileSnapshot(`files/${name}.json`);
  });

  it("is one line for Nagios", async () => {
    await expect(text("nagios")).toMatchFileSnapshot(`files/${name}.nagios.txt`);
  });
});
