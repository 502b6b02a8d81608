/**
 * The state of a view in the address: `cam=30,12,2.4&tgt=0,0,0&proj=o&vis=-liver&op=skin:20&clip=x:0.42&ex=0.35`.
 *
 * Parts go by the last part of their names, which says the same in each subject; lengths are in
 * radii of the scene, so that an address outlives levels of detail. What is not understood is kept.
 */

export type Axis = 'x' | 'y' | 'z';

/** A plane through the body: where between its ends, and which side is taken away. */
export interface Clip {
  readonly axis: Axis;
  /** 0 is the left, the back or the feet, 1 the other end. */
  readonly at: number;
  /** Takes away what lies below instead of above. */
  readonly flipped: boolean;
}

/** A distance between two points, or the angle at the second of three; in the patient's mm. */
export interface Measure {
  readonly name: string;
  readonly points: readonly (readonly [number, number, number])[];
}

export interface ViewState {
  /** Azimuth and elevation in degrees, distance in radii. */
  readonly camera: readonly [number, number, number] | null;
  /** What is looked at, from the middle of the scene, in radii along right, front and head. */
  readonly target: readonly [number, number, number];
  readonly orthographic: boolean;
  readonly hidden: readonly string[];
  /** Percent. */
  readonly opacities: ReadonlyMap<string, number>;
  readonly clips: readonly Clip[];
  /** From 0 to 1. */
  readonly explosion: number;
  readonly measures: readonly Measure[];
  readonly selected: string | null;
}

const KEYS = ['cam', 'tgt', 'proj', 'vis', 'op', 'clip', 'ex', 'm', 'sel'];

export function read(query: string): ViewState {
  const params = new URLSearchParams(query);
  const list = (key: string) => (params.get(key) ?? '').split(',').filter((text) => text !== '');
  const target = triple(params.get('tgt'));
  return {
    camera: triple(params.get('cam')),
    target: target ?? [0, 0, 0],
    orthographic: params.get('proj') === 'o',
    hidden: list('vis').flatMap((text) => (text.startsWith('-') ? [text.slice(1)] : [])),
    opacities: new Map(list('op').flatMap(opacity)),
    clips: list('clip').flatMap(clip),
    explosion: within(Number(params.get('ex') ?? 0), 0, 1),
    measures: (params.get('m') ?? '').split('|').flatMap(measure),
    selected: params.get('sel'),
  };
}

/** The query of an address with this state in place of its own. */
export function write(query: string, state: ViewState): string {
  const params = new URLSearchParams(query);
  for (const key of KEYS) params.delete(key);
  const set = (key: string, value: string) => value !== '' && params.set(key, value);
  if (state.camera) set('cam', state.camera.map(short).join(','));
  if (state.target.some((value) => Math.abs(value) > 5e-3)) set('tgt', state.target.map(short).join(','));
  if (state.orthographic) set('proj', 'o');
  set('vis', state.hidden.map((key) => `-${key}`).join(','));
  set('op', [...state.opacities].map(([key, percent]) => `${key}:${percent}`).join(','));
  set('clip', state.clips.map(({ axis, at, flipped }) => `${axis}:${short(at)}${flipped ? 'f' : ''}`).join(','));
  if (state.explosion > 0) set('ex', short(state.explosion));
  set('m', state.measures.map(({ name, points }) => [name.replace(/[|;]/g, ' '), ...points.map((point) => point.map((mm) => mm.toFixed(1)).join(','))].join(';')).join('|'));
  if (state.selected) set('sel', state.selected);
  // Commas and colons may stand in a query as they are, and read better so.
  const text = params.toString().replaceAll('%2C', ',').replaceAll('%3A', ':').replaceAll('%3B', ';').replaceAll('%7C', '|');
  return text === '' ? '' : `?${text}`;
}

/** How a part goes in addresses: `rib-left/2` as `rib-left.2`. */
export function keyOf(name: string): string {
  return name.split('/').slice(2).join('.');
}

function triple(text: string | null): [number, number, number] | null {
  const numbers = (text ?? '').split(',').map(Number);
  const [a, b, c] = numbers;
  const isWhole = text && numbers.length === 3 && numbers.every(Number.isFinite);
  return isWhole ? [a as number, b as number, c as number] : null;
}

function opacity(text: string): [string, number][] {
  const [key, percent] = [text.slice(0, text.lastIndexOf(':')), Number(text.slice(text.lastIndexOf(':') + 1))];
  return key && Number.isFinite(percent) ? [[key, Math.round(within(percent, 0, 100))]] : [];
}

function clip(text: string): Clip[] {
  const found = /^([xyz]):(-?[\d.]+)(f?)$/.exec(text);
  if (!found) return [];
  return [{ axis: found[1] as Axis, at: within(Number(found[2]), 0, 1), flipped: found[3] === 'f' }];
}

function measure(text: string): Measure[] {
  const [name = '', ...rest] = text.split(';');
  const points = rest.flatMap((point) => triple(point) ?? [null]).length === rest.length * 3 ? rest.map((point) => triple(point)) : [];
  const whole = points.filter((point) => point !== null);
  return whole.length === points.length && (whole.length === 2 || whole.length === 3) ? [{ name, points: whole }] : [];
}

function within(value: number, least: number, most: number): number {
  return Number.isFinite(value) ? Math.min(Math.max(value, least), most) : least;
}

function short(value: number): string {
  return String(Number(value.toFixed(3)));
}
