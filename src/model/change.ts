/** What a verb that writes did, for its report. Each entry is a sentence without a full stop that names nodes and slots. */
export interface ChangeReport {
  /** All that was planned is done and was seen to hold. A dry run has none of this: `Report.change` is absent. */
  complete: boolean;
  done: string[];
  failed: { step: string; reason: string }[];
  /** Not begun, in the order in which it would have been done. */
  notDone: string[];
  /** How to go on: lines ready for a shell. Empty when complete. */
  goOn: string[];
}
