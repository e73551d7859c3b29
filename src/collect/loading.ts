import type { LoadingFacts } from "../model/facts.js";
import { flagField, numberField, type Info } from "../protocol/info.js";

/** Reads the loading fields of INFO persistence. */
export function parseLoading(info: Info): LoadingFacts | null {
  const section = info["persistence"];
  const loading = flagField(section, "loading");
  if (loading === null) return null;
  return {
    loading,
    // Since 7.0; before, a replica that loads is `loading`.
    asyncLoading: flagField(section, "async_loading") ?? false,
    etaSeconds: numberField(section, "loading_eta_seconds"),
    loadedPercent: numberField(section, "loading_loaded_perc"),
  };
}
