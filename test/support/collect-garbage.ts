import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Everything that nobody holds is gone afterwards, also what a timer or a signal knows by a weak reference only. */
export function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
}
