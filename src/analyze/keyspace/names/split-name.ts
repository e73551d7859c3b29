import { compoundIdEnd } from "./compound-ids.js";
import { endHash, hashOf, hashSeed, noneHash, separatorSeed } from "./edge-hash.js";
import { alikeClasses, Class, classes, isCompoundId, isHex, Join, TokenKind, tokenKind } from "./token-kind.js";

/** Nobody reads a pattern beyond this; a longer name ends in `*`. */
const splitCharacters = 512;
const splitTokens = 32;

/** As much of a name as `split` needs to see: an id that begins within what is split may end behind it. */
export const seenCharacters = 2 * splitCharacters;

/** Beyond the limit there may be the two halves of `user123` and what stands for the rest. */
const capacity = splitTokens + 2;

/**
 * Splits one name after another into the same columns, since it is called for every key and must not allocate. Index i of
 * every column is the same token; its text is from `starts[i]` to `ends[i]`, its separator goes on to `separatorEnds[i]`.
 */
export class SplitName {
  count = 0;
  readonly starts = new Int32Array(capacity);
  readonly ends = new Int32Array(capacity);
  readonly separatorEnds = new Int32Array(capacity);
  readonly kinds = new Int32Array(capacity);
  readonly joins = new Int32Array(capacity);
  /** Of the text and of the separator; `edge` makes of both what a child is found by. */
  readonly hashes = new Int32Array(capacity);
  readonly separatorHashes = new Int32Array(capacity);

  // The token that was scanned last.
  #end = 0;
  #isId = false;
  #seen = 0;
  #digits = 0;
  #changes = 0;
  #digitChanges = 0;
  #firstDigit = 0;
  #hash = 0;
  #wordHash = 0;

  // The separator after it.
  #next = 0;
  #join: Join = Join.end;
  #separatorHash = 0;

  // The segment up to the next strong separator, as far as there are weak ones in it.
  #segmentFirst = 0;
  #segmentTokens = 0;
  #segmentSeen = 0;
  #segmentDigits = 0;
  #segmentDigitChanges = 0;
  #segmentLength = 0;
  #segmentHasWord = false;

  /** The name between `from` and `nameEnd`, where there is a zero (`NameBytes`). */
  split(bytes: Uint8Array, from: number, nameEnd: number): void {
    const end = Math.min(nameEnd, from + splitCharacters);
    this.count = 0;
    this.#segmentFirst = 0;
    this.#segmentTokens = 0;
    for (let start = from; ; start = this.#next) {
      this.scanToken(bytes, start, end, nameEnd);
      this.scanSeparator(bytes, end);
      if ((this.#next === end && nameEnd > end) || this.count >= splitTokens - 1) {
        this.pushRest(start, nameEnd);
        return;
      }
      this.pushToken(bytes, start);
      if (this.#join === Join.weak || this.#segmentTokens > 0) this.addToSegment(start);
      if (this.#join === Join.weak) continue;
      if (this.#segmentTokens > 1) this.endSegment();
      else if (this.#end - start === 2) this.takeForDate(bytes);
      if (this.#join === Join.end) return;
      this.#segmentFirst = this.count;
      this.#segmentTokens = 0;
    }
  }

  private scanToken(bytes: Uint8Array, start: number, end: number, nameEnd: number): void {
    let i = start;
    let hash = hashSeed;
    let seen = 0;
    let digits = 0;
    let changes = 0;
    let digitChanges = 0;
    let alike = 0;
    this.#isId = false;
    this.#firstDigit = start;
    for (; i < end; i++) {
      const code = bytes[i] as number;
      const kind = classes[code] as number;
      if (kind >= Class.weak) {
        const idEnd = compoundIdEnd(bytes, start, i, seen, nameEnd);
        if (idEnd === -1) break;
        this.#isId = true;
        i = Math.min(idEnd, end);
        break;
      }
      if ((kind & alike) === 0) {
        if (alike !== 0) {
          changes++;
          if (((kind | alike) & Class.digit) !== 0) digitChanges++;
          if (kind === Class.digit) {
            this.#firstDigit = i;
            this.#wordHash = hash;
          }
        }
        alike = alikeClasses[code] as number;
      }
      seen |= kind;
      digits += kind & Class.digit;
      hash = Math.imul(hash ^ code, 0x01000193);
    }
    this.#end = i;
    this.#hash = hash;
    this.#seen = seen;
    this.#digits = digits;
    this.#changes = changes;
    this.#digitChanges = digitChanges;
  }

  private scanSeparator(bytes: Uint8Array, end: number): void {
    let hash = separatorSeed;
    let join: Join = Join.end;
    let i = this.#end;
    for (; i < end; i++) {
      const code = bytes[i] as number;
      const kind = classes[code] as number;
      // A weak one after a strong one is part of what follows: base64url may begin with it.
      if (kind < Class.weak || (kind === Class.weak && join === Join.strong)) break;
      if (kind === Class.strong) join = Join.strong;
      else if (join === Join.end) join = Join.weak;
      hash = Math.imul(hash ^ code, 0x01000193);
    }
    this.#next = i;
    this.#join = join;
    this.#separatorHash = join === Join.end ? endHash : hash;
  }

  private pushToken(bytes: Uint8Array, start: number): void {
    const end = this.#end;
    const firstDigit = this.#firstDigit;
    const seen = this.#seen;
    const kind = this.#isId
      ? TokenKind.wild
      : tokenKind(end - start, seen, this.#digits, this.#changes, this.#digitChanges);
    const isNumbered =
      kind === TokenKind.code && this.#digitChanges === 1 && firstDigit > start && (seen & Class.other) === 0;
    if (!isNumbered) {
      this.push(start, end, kind, this.#hash);
      return;
    }
    const word = this.count++;
    this.starts[word] = start;
    this.ends[word] = firstDigit;
    this.separatorEnds[word] = firstDigit;
    this.kinds[word] = TokenKind.word;
    this.joins[word] = Join.none;
    this.hashes[word] = this.#wordHash;
    this.separatorHashes[word] = noneHash;
    this.push(
      firstDigit,
      end,
      end - firstDigit >= 5 ? TokenKind.wild : TokenKind.code,
      hashOf(bytes, firstDigit, end, hashSeed),
    );
  }

  private push(start: number, end: number, kind: TokenKind, hash: number): void {
    const at = this.count++;
    this.starts[at] = start;
    this.ends[at] = end;
    this.separatorEnds[at] = this.#next;
    this.kinds[at] = kind;
    this.joins[at] = this.#join;
    this.hashes[at] = hash;
    this.separatorHashes[at] = this.#separatorHash;
  }

  private pushRest(start: number, end: number): void {
    this.#next = end;
    this.#join = Join.end;
    this.#separatorHash = endHash;
    this.push(start, end, TokenKind.wild, 0);
  }

  private addToSegment(start: number): void {
    const isFirst = this.#segmentTokens === 0;
    const length = this.#end - start;
    const isId = this.#isId;
    const digitChanges = this.#digitChanges;
    const wordLength = this.#digits === 0 ? length : this.#firstDigit - start;
    // Four letters in one case, or with a capital, are rare within random text.
    const isWord = !isId && this.#changes - digitChanges <= 1 && digitChanges <= 1 && wordLength >= 4;
    this.#segmentTokens++;
    this.#segmentSeen = (isFirst ? 0 : this.#segmentSeen) | (isId ? Class.digit : this.#seen);
    this.#segmentDigits = (isFirst ? 0 : this.#segmentDigits) + (isId ? length : this.#digits);
    this.#segmentDigitChanges = (isFirst ? 0 : this.#segmentDigitChanges) + (isId ? 0 : digitChanges);
    this.#segmentLength = (isFirst ? 0 : this.#segmentLength) + length;
    this.#segmentHasWord = isWord || (!isFirst && this.#segmentHasWord);
  }

  /** Only the whole segment shows that it is one id. */
  private endSegment(): void {
    const first = this.#segmentFirst;
    const isEmpty = this.starts[first] === this.ends[first];
    const hasWord = this.#segmentHasWord || (this.kinds[first] === TokenKind.word && !isEmpty);
    if (hasWord && !isHex(this.#segmentSeen)) return;
    const isRest = isEmpty && this.count === first + 2 && this.kinds[first + 1] === TokenKind.wild;
    const isId =
      (isRest && this.#segmentLength >= 16) ||
      isCompoundId(
        this.#segmentLength,
        this.#segmentSeen,
        this.#segmentDigits,
        this.#segmentDigitChanges,
        this.#segmentTokens,
      );
    if (!isId) return;
    this.count = first;
    this.push(this.starts[first] ?? 0, this.#end, TokenKind.wild, 0);
  }

  /** `2024/01/15`, `2024-01-15:10`: after a year a number of two digits is a month, and after that or a date a day or an hour. */
  private takeForDate(bytes: Uint8Array): void {
    const at = this.#segmentFirst;
    const before = at - 1;
    if (before < 0 || this.#seen !== Class.digit || !this.isNumber(bytes, before)) return;
    const start = this.starts[before] ?? 0;
    const length = (this.ends[before] ?? 0) - start;
    const isYear = length === 4 && isCentury(bytes, start);
    const isDate = this.kinds[before] === TokenKind.wild && (length === 2 || length === 8 || length === 10);
    if (!isYear && !isDate) return;
    this.kinds[before] = TokenKind.wild;
    this.kinds[at] = TokenKind.wild;
  }

  /** Digits, and hyphens between them. */
  private isNumber(bytes: Uint8Array, at: number): boolean {
    for (let i = this.starts[at] ?? 0; i < (this.ends[at] ?? 0); i++) {
      const code = bytes[i] ?? 0;
      if (classes[code] !== Class.digit && code !== 0x2d) return false;
    }
    return true;
  }
}

function isCentury(bytes: Uint8Array, start: number): boolean {
  const [first, second] = [bytes[start], bytes[start + 1]];
  return (first === 0x31 && second === 0x39) || (first === 0x32 && second === 0x30);
}
