import { button, element } from './dom';

const KEYS: readonly [keys: string, action: string][] = [
  ['← → ↑ ↓', 'turn around'],
  ['Shift + arrows', 'move'],
  ['+ −', 'zoom'],
  ['1 … 6', 'from the front, back, right, left, above, below'],
  ['f', 'fit all that is shown'],
  ['o', 'perspective or parallel'],
  ['t', 'turn by itself, or stop'],
  ['i', 'isolate the selected structure, or show the others again'],
  ['h', 'hide the selected structure'],
  ['x', 'make the selected structure see-through, or solid again'],
  ['g', 'make all others see-through, or all solid again'],
  ['a', 'show all'],
  ['e', 'pull the structures apart, or together'],
  ['c', 'cut through the middle, or not'],
  ['m', 'measure a distance: Enter sets a point in the middle of the view'],
  ['p', 'save a picture'],
  ['l', 'copy the link to this view'],
  ['z, Z', 'undo, redo'],
  ['Esc', 'select nothing'],
  ['?', 'this list'],
];

const GESTURES: readonly [gesture: string, action: string][] = [
  ['Drag, one finger', 'turn around'],
  ['Right button, Shift, two fingers', 'move'],
  ['Wheel after a click, pinch', 'zoom'],
  ['Click, tap', 'select'],
  ['Double click', 'go near'],
];

/** What a screen reader says when the view gets the focus. */
export const INSTRUCTIONS =
  'Arrow keys turn, plus and minus zoom, 1 to 6 look from the six sides, f fits, question mark lists all keys.';

/** The list of keys and gestures, as a dialog. */
export function helpDialog(): HTMLDialogElement {
  const dialog = element('dialog', { class: 'help', 'aria-label': 'Keys and gestures' });
  const close = button('Close', { class: 'button' }, () => dialog.close());
  dialog.append(element('h2', {}, 'Keys and gestures'), table(KEYS, true), table(GESTURES, false), close);
  return dialog;
}

function table(rows: readonly [string, string][], areKeys: boolean): HTMLElement {
  const entries = rows.flatMap(([keys, action]) => [
    element('dt', {}, areKeys ? element('kbd', {}, keys) : keys),
    element('dd', {}, action),
  ]);
  return element('dl', {}, ...entries);
}
