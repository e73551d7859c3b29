import type { KeyPage } from "../../model/key-page.js";

/**
 * Takes in pages of keys and keeps what the report needs of them, in memory that is bounded whatever the keys are called and
 * however many they are. The order of the pages does not change what is exact; where memory runs short, it may decide which of
 * many small things are kept apart.
 */
export interface KeyReducer {
  add(page: KeyPage): void;
  /** All that is kept, as plain JSON, for `--resume`; each reducer has a `restore` that takes it back. */
  save(): unknown;
}
