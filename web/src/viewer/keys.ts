/** What keys do in a view. */
import { SNAP_VIEWS } from './camera';

/** What a person can ask of a view by a key. */
export interface Commands {
  /** In steps: to the right and up. */
  orbit(right: number, up: number): void;
  pan(right: number, up: number): void;
  zoom(factor: number): void;
  snap(key: string): void;
  fit(): void;
  toggleOrthographic(): void;
  toggleTurning(): void;
  isolate(): void;
  hide(): void;
  ghostSelected(): void;
  ghostOthers(): void;
  showAll(): void;
  toggleExplosion(): void;
  toggleCut(): void;
  measure(): void;
  savePicture(): void;
  copyLink(): void;
  undo(): void;
  redo(): void;
  leave(): void;
  help(): void;
}

const ARROWS: ReadonlyMap<string, readonly [right: number, up: number]> = new Map([
  ['ArrowLeft', [-1, 0]],
  ['ArrowRight', [1, 0]],
  ['ArrowUp', [0, 1]],
  ['ArrowDown', [0, -1]],
]);

const LETTERS: Readonly<Record<string, (commands: Commands) => void>> = {
  '+': (commands) => commands.zoom(1.2),
  '=': (commands) => commands.zoom(1.2),
  '-': (commands) => commands.zoom(1 / 1.2),
  f: (commands) => commands.fit(),
  o: (commands) => commands.toggleOrthographic(),
  t: (commands) => commands.toggleTurning(),
  i: (commands) => commands.isolate(),
  h: (commands) => commands.hide(),
  x: (commands) => commands.ghostSelected(),
  g: (commands) => commands.ghostOthers(),
  a: (commands) => commands.showAll(),
  e: (commands) => commands.toggleExplosion(),
  c: (commands) => commands.toggleCut(),
  m: (commands) => commands.measure(),
  p: (commands) => commands.savePicture(),
  l: (commands) => commands.copyLink(),
  z: (commands) => commands.undo(),
  Z: (commands) => commands.redo(),
  Escape: (commands) => commands.leave(),
  '?': (commands) => commands.help(),
};

/** Does what a key is for; whether it is for anything. */
export function obey({ key, shiftKey, ctrlKey, metaKey, altKey }: KeyboardEvent, commands: Commands): boolean {
  if (ctrlKey || metaKey || altKey) return false;
  const arrow = ARROWS.get(key);
  if (arrow) (shiftKey ? commands.pan : commands.orbit)(...arrow);
  else if (SNAP_VIEWS.has(key)) commands.snap(key);
  else if (Object.hasOwn(LETTERS, key)) LETTERS[key]?.(commands);
  else return false;
  return true;
}
