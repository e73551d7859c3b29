import type { KeyPage } from "../../model/key-page.js";
import type { KeyTotals, TypeTotals } from "../../model/keyspace.js";
import { figure } from "./figure.js";
import type { KeyReducer } from "./reducer.js";
import { keysFigure, measureFigure, RowSums } from "./row-sums.js";
import { TypeRows } from "./type-rows.js";

/** Where keys are listed whose type could not be asked. */
const unknownType = "unknown";

/** Keys, bytes, elements and the bytes of names, of all keys and of each type. */
export class KeyTotalsReducer implements KeyReducer {
  #types = new TypeRows();
  #bytes = new RowSums();
  #elements = new RowSums();
  #nameBytes = 0;
  #nameSquares = 0;

  add({ names, types, bytes, elements }: KeyPage): void {
    let nameBytes = 0;
    let nameSquares = 0;
    for (let i = 0; i < names.length; i++) {
      const row = this.#types.rowOf(types[i] ?? null);
      const length = names[i]?.length ?? 0;
      nameBytes += length;
      nameSquares += length * length;
      this.#bytes.add(row, bytes[i] ?? null);
      const count = elements[i] ?? null;
      if (count !== null) this.#elements.add(row, count);
    }
    this.#nameBytes += nameBytes;
    this.#nameSquares += nameSquares;
  }

  /** @param ratio share of the keys that was added, above 0, at most 1 */
  facts(ratio: number): KeyTotals {
    const all = this.#bytes.total();
    const rows = this.#types.types.map((type, row) => [type ?? unknownType, this.#ofType(row, ratio)] as const);
    return {
      keys: keysFigure(all, ratio),
      bytes: measureFigure(all, ratio),
      nameBytes: figure({ sum: this.#nameBytes, squares: this.#nameSquares }, ratio),
      byType: Object.fromEntries(rows.sort(([a], [b]) => (a < b ? -1 : 1))),
    };
  }

  save(): unknown {
    return {
      types: [...this.#types.types],
      bytes: this.#bytes.save(),
      elements: this.#elements.save(),
      nameBytes: this.#nameBytes,
      nameSquares: this.#nameSquares,
    };
  }

  static restore(saved: unknown): KeyTotalsReducer {
    const { types, bytes, elements, nameBytes, nameSquares } = saved as SavedTotals;
    const reducer = new KeyTotalsReducer();
    reducer.#types = new TypeRows([...types]);
    reducer.#bytes = RowSums.restore(bytes);
    reducer.#elements = RowSums.restore(elements);
    reducer.#nameBytes = nameBytes;
    reducer.#nameSquares = nameSquares;
    return reducer;
  }

  #ofType(row: number, ratio: number): TypeTotals {
    const bytes = this.#bytes.row(row);
    const elements = this.#elements.row(row);
    return {
      keys: keysFigure(bytes, ratio),
      bytes: measureFigure(bytes, ratio),
      elements: elements.measured === 0 ? null : figure(elements, ratio),
    };
  }
}

interface SavedTotals {
  types: (string | null)[];
  bytes: unknown;
  elements: unknown;
  nameBytes: number;
  nameSquares: number;
}
