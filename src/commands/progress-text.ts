import { formatCount } from "../report/format-value.js";

/** `1,234,567`, also of what is no whole number. */
export function grouped(count: number): string {
  return formatCount(Math.round(count));
}

export function timeLeft(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5_400 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3_600).toFixed(1)} h`;
}
