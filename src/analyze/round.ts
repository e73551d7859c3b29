/** For evidence: a tenth is as much as a reader needs. */
export function toTenth(value: number): number {
  return Math.round(value * 10) / 10;
}

/** For evidence of a ratio. */
export function toHundredth(value: number): number {
  return Math.round(value * 100) / 100;
}
