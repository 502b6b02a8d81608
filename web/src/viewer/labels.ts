import { Vector3, type Camera } from 'three';

import { SNAP_VIEWS, type PatientAxes } from './camera';
import { button, element } from './dom';
import { t } from './texts';

interface Mark {
  readonly node: HTMLButtonElement;
  readonly direction: (axes: PatientAxes) => Vector3;
}

const MARKS: readonly [letter: string, key: string, axis: keyof PatientAxes, sign: number][] = [
  ['R', '3', 'right', 1],
  ['L', '4', 'right', -1],
  ['A', '1', 'anterior', 1],
  ['P', '2', 'anterior', -1],
  ['S', '5', 'superior', 1],
  ['I', '6', 'superior', -1],
];

/** The letters R L A P S I around the centre of a small compass; each is a button to look from there. */
export class OrientationMarks {
  readonly node: HTMLElement;
  private readonly marks: readonly Mark[];

  constructor(onView: (key: string) => void) {
    this.marks = MARKS.map(([letter, key, axis, sign]) => {
      const side = t(SNAP_VIEWS.get(key)?.name ?? 'front');
      const node = button(letter, { class: 'mark', title: `${t('viewFrom', { side })} (${key})` }, () => onView(key));
      node.setAttribute('aria-label', `${letter}: ${t('viewFrom', { side })}`);
      return { node, direction: (axes) => axes[axis].clone().multiplyScalar(sign) };
    });
    this.node = element('div', { class: 'marks', role: 'group', 'aria-label': t('orientation') });
    this.node.append(...this.marks.map(({ node }) => node));
  }

  update(camera: Camera, axes: PatientAxes): void {
    const viewFromScene = camera.matrixWorldInverse.copy(camera.matrixWorld).invert();
    for (const { node, direction } of this.marks) {
      const seen = direction(axes).transformDirection(viewFromScene);
      node.style.transform = `translate(${(seen.x * 34).toFixed(1)}px, ${(-seen.y * 34).toFixed(1)}px)`;
      node.style.zIndex = String(Math.round(10 + seen.z * 9));
      node.classList.toggle('is-behind', seen.z < -0.15);
    }
  }
}
