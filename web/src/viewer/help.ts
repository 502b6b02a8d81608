import { button, element } from './dom';
import { t, type Key } from './texts';

/** Keys, or the text that names them, and the text of what they do. */
const KEYS: readonly (readonly [keys: string, action: Key])[] = [
  ['← → ↑ ↓', 'helpTurn'],
  ['⇧ + ← → ↑ ↓', 'helpMove'],
  ['+ −', 'helpZoom'],
  ['1 … 6', 'helpSides'],
  ['f', 'helpFit'],
  ['o', 'helpProjection'],
  ['t', 'helpSpin'],
  ['i', 'helpIsolate'],
  ['h', 'helpHide'],
  ['x', 'helpGhost'],
  ['g', 'helpGhostOthers'],
  ['a', 'helpAll'],
  ['e', 'helpExplode'],
  ['c', 'helpCut'],
  ['m', 'helpMeasure'],
  ['p', 'helpPicture'],
  ['l', 'helpLink'],
  ['z, Z', 'helpUndo'],
  ['Esc', 'helpNone'],
  ['?', 'helpList'],
];

const GESTURES: readonly (readonly [gesture: Key, action: Key])[] = [
  ['gestureDrag', 'helpTurn'],
  ['gestureMove', 'helpMove'],
  ['gestureZoom', 'helpZoom'],
  ['gestureClick', 'helpSelect'],
  ['gestureDouble', 'helpNear'],
];

/** The list of keys and gestures, as a dialog. */
export function helpDialog(): HTMLDialogElement {
  const dialog = element('dialog', { class: 'help', 'aria-label': t('keys') });
  const close = button(t('close'), { class: 'button' }, () => dialog.close());
  dialog.append(element('h2', {}, t('keys')), table(KEYS, true), table(GESTURES.map(([gesture, action]) => [t(gesture), action]), false), close);
  return dialog;
}

function table(rows: readonly (readonly [string, Key])[], areKeys: boolean): HTMLElement {
  const entries = rows.flatMap(([keys, action]) => [
    element('dt', {}, areKeys ? element('kbd', {}, keys) : keys),
    element('dd', {}, t(action)),
  ]);
  return element('dl', {}, ...entries);
}
