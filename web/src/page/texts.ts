/** What this script says, in the language of the page, which hands it its texts (`page` in `crates/server/src/texts`). */

/** The names of all texts; a test of the server compares them with its files. */
export type Key =
  | 'allAges'
  | 'agesFrom'
  | 'agesTo'
  | 'ages'
  | 'year'
  | 'years'
  | 'copy'
  | 'copyWhat'
  | 'copied'
  | 'notCopied'
  | 'mayNotCopy'
  | 'suggestions'
  | 'oneSuggestion'
  | 'nSuggestions'
  | 'kindStructure'
  | 'kindSource'
  | 'kindSex'
  | 'kindSide'
  | 'kindPathology'
  | 'noCart'
  | 'takenOut'
  | 'inCart'
  | 'noAnswer'
  | 'cartFull'
  | 'cart'
  | 'takeOut'
  | 'cardInCart'
  | 'oneShape'
  | 'nShapes'
  | 'whyUnknown'
  | 'whyKeptBack'
  | 'whyWithdrawn'
  | 'whyElsewhere'
  | 'cartEmpty'
  | 'cartSearch'
  | 'keep'
  | 'emptyCart'
  | 'notTaken'
  | 'title'
  | 'more'
  | 'takeOutWhat'
  | 'onRequest'
  | 'format'
  | 'shapes'
  | 'size'
  | 'sizeByFormat'
  | 'licences'
  | 'bytes'
  | 'serverAnswers';

// Not shared with the view's script, which has to be one file.
const TEXTS = JSON.parse(document.getElementById('page-texts')?.textContent ?? '{}') as Partial<Record<Key | 'lang', string>>;

/** Of the page; for numbers, and for what the API is asked. */
export const LANG = TEXTS.lang ?? 'en';

/** A text with values in the places that have their names. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  return (TEXTS[key] ?? key).replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));
}
