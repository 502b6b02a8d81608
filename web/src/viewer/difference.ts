/** Colours a mesh by how far each vertex is from another shape. */
import { Color, Float32BufferAttribute, Matrix4, type BufferGeometry } from 'three';

import type { Distances } from './model';
import { t } from './texts';

/** Blue inside, white at the same place, red outside: told apart by people who see no red or green. */
const INSIDE = new Color('#2166ac');
const LEVEL = new Color('#f7f7f7');
const OUTSIDE = new Color('#b2182b');

export async function colourByDistance(geometry: BufferGeometry, distances: Distances, signal: AbortSignal): Promise<void> {
  const response = await fetch(distances.url, { signal });
  if (!response.ok) throw new Error(t('answered', { status: response.status }));
  const values = new Float32Array(await response.arrayBuffer());
  if (values.length !== geometry.getAttribute('position').count) throw new Error(t('otherDistances'));
  const colours = new Float32Array(values.length * 3);
  const colour = new Color();
  for (const [at, value] of values.entries()) {
    const share = Math.min(Math.abs(value) / distances.limitMm, 1);
    colour.lerpColors(LEVEL, value < 0 ? INSIDE : OUTSIDE, share).toArray(colours, at * 3);
  }
  geometry.setAttribute('color', new Float32BufferAttribute(colours, 3));
}

/** A map of three rows of four numbers. */
export function matrixOf(rows: readonly (readonly number[])[]): Matrix4 {
  const [a = [], b = [], c = []] = rows;
  return new Matrix4().fromArray([...a, ...b, ...c, 0, 0, 0, 1]).transpose();
}
