/** Reads JSON of unknown origin field by field and collects what is wrong, so that all of it can be said at once. */
export class PlainReader {
  /** Clauses without a full stop, each with its place. */
  readonly problems: string[] = [];

  say(problem: string): void {
    this.problems.push(problem);
  }

  object(value: unknown, at: string): Record<string, unknown> {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
    return this.wrong(value, at, "an object", {});
  }

  list(value: unknown, at: string): unknown[] {
    return Array.isArray(value) ? value : this.wrong(value, at, "a list", []);
  }

  /** Not empty. */
  text(value: unknown, at: string): string {
    return typeof value === "string" && value !== "" ? value : this.wrong(value, at, "a text", "");
  }

  oneOf<const T extends string | number>(value: unknown, allowed: readonly [T, ...T[]] | readonly T[], at: string): T {
    const found = allowed.find((one) => one === value);
    if (found !== undefined) return found;
    return this.wrong(value, at, allowed.map((one) => JSON.stringify(one)).join(" or "), allowed[0]);
  }

  /** A whole number, 0 or more. */
  count(value: unknown, at: string): number {
    return Number.isSafeInteger(value) && Number(value) >= 0
      ? Number(value)
      : this.wrong(value, at, "a whole number", 0);
  }

  /** A number, 0 or more, or null for one that is not known. */
  amount(value: unknown, at: string): number | null {
    if (value === null) return null;
    if (typeof value === "number" && Number.isFinite(value) && value >= 0) return value;
    return this.wrong(value, at, "a number or null", null);
  }

  private wrong<T>(value: unknown, at: string, expected: string, instead: T): T {
    this.say(value === undefined ? `${at} is missing` : `${at} is not ${expected}`);
    return instead;
  }
}
