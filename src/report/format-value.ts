import type { EvidenceUnit } from "../model/finding.js";

const byteUnits = ["B", "KB", "MB", "GB", "TB", "PB"];

/** Bytes in powers of 1024 with at most one decimal: `3.2GB`, `4GB`, `512B`. The form of the JSON metrics. */
export function formatBytes(bytes: number): string {
  const { value, unit } = scaled(bytes);
  return `${roundTo(value, 1)}${unit}`;
}

/** Bytes for a human, in three digits: `3.97 GB` must not read as the 4 GB of its limit. */
export function formatSize(bytes: number): string {
  const { value, unit } = scaled(bytes);
  const size = Math.abs(value);
  return `${roundTo(value, size < 10 ? 2 : size < 100 ? 1 : 0)} ${unit}`;
}

function scaled(bytes: number): { value: number; unit: string } {
  let value = Math.round(bytes);
  let step = 0;
  // Compared after rounding, so that 1023.97 MB becomes 1 GB and not 1024 MB.
  while (Math.abs(roundTo(value, 1)) >= 1024 && step < byteUnits.length - 1) {
    value /= 1024;
    step += 1;
  }
  return { value, unit: byteUnits[step] ?? "" };
}

/** A typed value for a human: `3.9 GB`, `97 %`, `1,200/s`, `12 d 4 h`. null is `unknown`: it is never shown as 0. */
export function formatValue(value: number | string | boolean | null, unit: EvidenceUnit): string {
  if (value === null) return "unknown";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string") return value;
  return formatNumber(value, unit);
}

export function formatDuration(seconds: number): string {
  if (seconds < 120) return `${groupDigits(roundTo(seconds, seconds < 10 ? 1 : 0))} s`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3_600)} h`;
  return `${groupDigits(Math.floor(seconds / 86_400))} d`;
}

/** Thousands are set apart with commas; a number below ten keeps two decimals, so that 0.02 per second is not 0. */
export function formatCount(value: number): string {
  const size = Math.abs(value);
  return groupDigits(roundTo(value, size < 10 ? 2 : size < 1_000 ? 1 : 0));
}

export function roundTo(value: number, decimals: number): number {
  const factor = 10 ** decimals;
  return Math.round(value * factor) / factor;
}

function formatNumber(value: number, unit: EvidenceUnit): string {
  switch (unit) {
    case "bytes":
      return formatSize(value);
    case "percent":
      return `${groupDigits(roundTo(value, 1))} %`;
    case "ratio":
      return groupDigits(roundTo(value, 2));
    case "count":
      return formatCount(value);
    case "per-second":
      return `${formatCount(value)}/s`;
    case "seconds":
      return formatDuration(value);
    case "milliseconds":
      return formatMilliseconds(value);
    case "microseconds":
      return value < 1_000 ? `${groupDigits(roundTo(value, 0))} µs` : formatMilliseconds(value / 1_000);
    case "text":
      return String(value);
  }
}

function formatMilliseconds(milliseconds: number): string {
  if (milliseconds >= 1_000) return formatDuration(milliseconds / 1_000);
  return `${roundTo(milliseconds, milliseconds < 10 ? 1 : 0)} ms`;
}

// Not toLocaleString: the same report must read the same on every machine.
function groupDigits(value: number): string {
  const [whole = "", decimals] = String(value).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return decimals === undefined ? grouped : `${grouped}.${decimals}`;
}
