import type { Report } from "../model/report.js";
import { beginRun } from "./begin-run.js";
import type { Context } from "./context.js";
import { loadManifest } from "./warm/load-manifest.js";
import { onlyTarget } from "./warm/only-target.js";
import { RunFiles } from "./warm/run-files.js";
import type { WarmOptions } from "./warm/warm-options.js";
import { WarmVerb } from "./warm/warm-verb.js";

/** `cachectl warm`: fills a cache from a source that a manifest names. Writes. */
export async function warm(context: Context, options: WarmOptions): Promise<Report> {
  const frame = beginRun(context);
  const { manifest, digest } = await loadManifest(context, options.manifest);
  const profile = await onlyTarget(context, options.selection, manifest.target);
  const files = new RunFiles(context, options, { name: manifest.name, target: profile.identity.name });
  if (!options.dryRun) await files.check();
  const verb = new WarmVerb(context, options, { manifest, digest, profile, frame, files });
  try {
    return await verb.run();
  } catch (error) {
    if (!options.dryRun) await files.afterFailure(frame().durationMs);
    throw error;
  } finally {
    context.progress.stop();
    await verb.close();
  }
}
