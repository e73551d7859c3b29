import { describe, expect, it } from "vitest";
import { analysisReport } from "../../src/report/build-report.js";
import { renderReport } from "../../src/report/render.js";
import { fleets } from "./fleets.js";

describe.each(Object.keys(fleets))("%s", (name) => {
  const report = () => {
    const run = fleets[name];
    if (run === undefined) throw new Error(`no fleet ${name}`);
    return analysisReport(run);
  };

  it.each([80, 200])("reads well at %i columns", async (width) => {
    const text = renderReport(report(), { format: "table", width, color: false });
    await expect(text).toMatchFileSnapshot(`files/${name}-${width}.txt`);
  });

  it("is the same JSON as before", async () => {
    const text = renderReport(report(), { format: "json", width: 80, color: false });
    await expect(text).toMatchFileSnapshot(`files/${name}.json`);
  });

  it("is one line for Nagios", async () => {
    const text = renderReport(report(), { format: "nagios", width: 80, color: false });
    await expect(text).toMatchFileSnapshot(`files/${name}.nagios.txt`);
  });
});
