import { CachectlError } from "../model/errors.js";

/** The throwaway fleet could not be brought up, or something it needs is missing. */
export class DemoError extends CachectlError {
  constructor(code: string, message: string, hint: string, cause?: unknown) {
    super("unreached", code, message, hint, cause);
    this.name = "DemoError";
  }
}

/** The caller's abort signal fired while the fleet was being brought up. */
export class DemoInterrupted extends CachectlError {
  constructor() {
    super(
      "interrupted",
      "interrupted",
      "The demo was interrupted.",
      "Nothing is left running; start it again when you like.",
    );
    this.name = "DemoInterrupted";
  }
}
