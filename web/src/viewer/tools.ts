/** The panel below a view: explode, cut, measure. */
import { button, element } from './dom';
import type { Axis, Clip, Measure } from './state';

export interface ToolEvents {
  explode(share: number): void;
  clip(clips: readonly Clip[]): void;
  startMeasuring(nPoints: 2 | 3): void;
  renameMeasure(at: number, name: string): void;
  removeMeasure(at: number): void;
  exportMeasures(): void;
}

const AXES: readonly { axis: Axis; name: string; low: string; high: string }[] = [
  { axis: 'x', name: 'Sagittal', low: 'left', high: 'right' },
  { axis: 'y', name: 'Coronal', low: 'back', high: 'front' },
  { axis: 'z', name: 'Axial', low: 'feet', high: 'head' },
];

interface Row {
  readonly axis: Axis;
  readonly on: HTMLInputElement;
  readonly at: HTMLInputElement;
  readonly flip: HTMLButtonElement;
}

export class Tools {
  readonly node: HTMLElement;
  private readonly explosion = slider('Pull the structures apart', 0);
  private readonly rows: readonly Row[];
  private readonly list = element('ul', { class: 'measures' });
  private readonly csv: HTMLButtonElement;

  constructor(hasParts: boolean, private readonly events: ToolEvents) {
    this.explosion.addEventListener('input', () => events.explode(this.explosion.valueAsNumber / 100));
    this.rows = AXES.map(({ axis, name }) => this.row(axis, name));
    this.csv = button('Export as CSV', { class: 'button', hidden: true }, () => events.exportMeasures());
    const apart = element('fieldset', {}, element('legend', {}, 'Pull apart'), this.explosion);
    const cut = element(
      'fieldset',
      {},
      element('legend', {}, 'Cut'),
      ...this.rows.map(({ on, at, flip, axis }) => {
        const name = AXES.find((other) => other.axis === axis)?.name ?? '';
        return element('div', { class: 'cut' }, element('label', {}, on, name), at, flip);
      }),
    );
    const measure = element(
      'fieldset',
      {},
      element('legend', {}, 'Measure'),
      element(
        'div',
        { class: 'buttons' },
        button('Distance', { class: 'button', title: 'Distance (m)' }, () => events.startMeasuring(2)),
        button('Angle', { class: 'button' }, () => events.startMeasuring(3)),
        this.csv,
      ),
      this.list,
    );
    const body = element('div', { class: 'tools-body' }, ...(hasParts ? [apart] : []), cut, measure);
    this.node = element('details', { class: 'tools' }, element('summary', {}, hasParts ? 'Pull apart, cut, measure' : 'Cut, measure'), body);
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

  private row(axis: Axis, name: string): Row {
    const ends = AXES.find((other) => other.axis === axis);
    const on = element('input', { type: 'checkbox' });
    const at = slider(`${name} cut, from ${ends?.low} to ${ends?.high}`, 50, 0.5);
    const flip = button('Flip', { class: 'button', 'aria-pressed': 'false', 'aria-label': `Flip the ${name.toLowerCase()} cut` }, () => {
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
    const input = element('input', { type: 'text', value: name, 'aria-label': `Name of measurement ${at + 1}`, maxlength: '60' });
    input.addEventListener('change', () => this.events.renameMeasure(at, input.value));
    const remove = button('Remove', { class: 'button', 'aria-label': `Remove ${name}` }, () => this.events.removeMeasure(at));
    return element('li', {}, input, element('strong', {}, value), remove);
  }
}

function slider(label: string, value: number, step = 1): HTMLInputElement {
  return element('input', { type: 'range', min: '0', max: '100', step: String(step), value: String(value), 'aria-label': label });
}
