import { InvalidArgumentError } from "commander";

/** For commander: a whole number above 0; `10k`, `2M` are fine. */
export function positiveCount(text: string): number {
  const match = /^(\d{1,15})([kM]?)$/.exec(text);
  const count = Number(match?.[1] ?? Number.NaN) * (match?.[2] === "M" ? 1e6 : match?.[2] === "k" ? 1e3 : 1);
  if (!(count > 0)) throw new InvalidArgumentError("Write a whole number above 0, such as 500, 10k or 2M.");
  return count;
}

/** For commander: a whole number, 0 included. */
export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("Write a whole number, 0 or above.");
  return Number(text);
}

/** For commander: `1%` or `0.5%` as a ratio above 0, at most 1. */
export function percentage(text: string): number {
  const ratio = Number(/^(\d+(?:\.\d+)?)%$/.exec(text)?.[1] ?? Number.NaN) / 100;
  if (!(ratio > 0 && ratio <= 1)) throw new InvalidArgumentError("Write a share such as 1% or 12.5%, at most 100%.");
  return ratio;
}
