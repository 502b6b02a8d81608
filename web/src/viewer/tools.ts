/** The panel below a view: explode, cut, measure. */
import { button, element } from './dom';
import type { Axis, Clip, Measure } from './state';
import { t, type Key } from './texts';

export interface ToolEvents {
  explode(share: number): void;
  clip(clips: readonly Clip[]): void;
  startMeasuring(nPoints: 2 | 3): void;
  renameMeasure(at: number, name: string): void;
  removeMeasure(at: number): void;
  exportMeasures(): void;
}

const AXES: readonly { axis: Axis; name: Key; cut: Key; flip: Key }[] = [
  { axis: 'x', name: 'sagittal', cut: 'sagittalCut', flip: 'sagittalFlip' },
  { axis: 'y', name: 'coronal', cut: 'coronalCut', flip: 'coronalFlip' },
  { axis: 'z', name: 'axial', cut: 'axialCut', flip: 'axialFlip' },
];

interface Row {
  readonly axis: Axis;
  readonly on: HTMLInputElement;
  readonly at: HTMLInputElement;
  readonly flip: HTMLButtonElement;
}

export class Tools {
  readonly node: HTMLElement;
  private readonly explosion = slider(t('pullThem'), 0);
  private readonly rows: readonly Row[];
  private readonly list = element('ul', { class: 'measures' });
  private readonly csv: HTMLButtonElement;

  constructor(hasParts: boolean, private readonly events: ToolEvents) {
    this.explosion.addEventListener('input', () => events.explode(this.explosion.valueAsNumber / 100));
    this.rows = AXES.map(({ axis, cut, flip }) => this.row(axis, t(cut), t(flip)));
    this.csv = button(t('csv'), { class: 'button', hidden: true }, () => events.exportMeasures());
    const apart = element('fieldset', {}, element('legend', {}, t('pull')), this.explosion);
    const cut = element(
      'fieldset',
      {},
      element('legend', {}, t('cut')),
      ...this.rows.map(({ on, at, flip, axis }) => {
        const name = t(AXES.find((other) => other.axis === axis)?.name ?? 'axial');
        return element('div', { class: 'cut' }, element('label', {}, on, name), at, flip);
      }),
    );
    const measure = element(
      'fieldset',
      {},
      element('legend', {}, t('measure')),
      element(
        'div',
        { class: 'buttons' },
        button(t('distance'), { class: 'button', title: `${t('distance')} (m)` }, () => events.startMeasuring(2)),
        button(t('angle'), { class: 'button' }, () => events.startMeasuring(3)),
        this.csv,
      ),
      this.list,
    );
    const body = element('div', { class: 'tools-body' }, ...(hasParts ? [apart] : []), cut, measure);
    this.node = element('details', { class: 'tools' }, element('summary', {}, t(hasParts ? 'tools' : 'toolsOne')), body);
  }

  /** Shows what is so, wherever it came from. */
  update(explosion: number, clips: readonly Clip[], measures: readonly { measure: Measure; value: string }[]): void {
    this.explosion.value = String(Math.round(explosion * 100));
    for (const row of this.rows) {
      const clip = clips.find(({ axis }) => axis === row.axis);
      row.on.checked = clip !== undefined;
      row.at.disabled = row.flip.disabled = clip === undefined;
      if (clip) row.at.value = String(Math.round(clip.at * 200) / 2);
      row.flip.setAttribute('aria-pressed', String(clip?.flipped ?? false));
    }
    this.csv.hidden = measures.length === 0;
    this.list.replaceChildren(...measures.map(({ measure, value }, at) => this.measure(measure, value, at)));
  }

  open(): void {
    (this.node as HTMLDetailsElement).open = true;
  }

  private row(axis: Axis, cut: string, flipIt: string): Row {
    const on = element('input', { type: 'checkbox' });
    const at = slider(cut, 50, 0.5);
    const flip = button(t('flip'), { class: 'button', 'aria-pressed': 'false', 'aria-label': flipIt }, () => {
      flip.setAttribute('aria-pressed', String(flip.getAttribute('aria-pressed') !== 'true'));
      this.report();
    });
    for (const input of [on, at]) input.addEventListener('input', () => this.report());
    return { axis, on, at, flip };
  }

  private report(): void {
    const shown = this.rows.filter(({ on }) => on.checked);
    this.events.clip(shown.map(({ axis, at, flip }) => ({ axis, at: at.valueAsNumber / 100, flipped: flip.getAttribute('aria-pressed') === 'true' })));
  }

  private measure({ name }: Measure, value: string, at: number): HTMLElement {
    const input = element('input', { type: 'text', value: name, 'aria-label': t('measurementName', { n: at + 1 }), maxlength: '60' });
    input.addEventListener('change', () => this.events.renameMeasure(at, input.value));
    const remove = button(t('remove'), { class: 'button', 'aria-label': t('removeIt', { name }) }, () => this.events.removeMeasure(at));
    return element('li', {}, input, element('strong', {}, value), remove);
  }
}

function slider(label: string, value: number, step = 1): HTMLInputElement {
  return element('input', { type: 'range', min: '0', max: '100', step: String(step), value: String(value), 'aria-label': label });
}
