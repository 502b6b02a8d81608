/** Measurements: set point by point, kept with the view, labelled where they lie. */
import { Vector3, type Camera } from 'three';

import { element, save } from './dom';
import { lengthWords } from './scale-bar';
import type { PartScene } from './scene';
import type { Measure } from './state';
import { number, t } from './texts';

type Triple = readonly [number, number, number];

export interface MeasuringEvents {
  changed(): void;
  say(text: string): void;
}

export class Measuring {
  readonly labels = element('div', { class: 'measure-labels', 'aria-hidden': 'true' });
  private measures: Measure[] = [];
  private begun: Triple[] = [];
  /** How many points are wanted; 0 while nothing is measured. */
  private nPoints: 0 | 2 | 3 = 0;

  constructor(private readonly scene: PartScene, private readonly events: MeasuringEvents) {}

  get all(): readonly Measure[] {
    return this.measures;
  }

  get valued(): readonly { measure: Measure; value: string }[] {
    return this.measures.map((measure) => ({ measure, value: valueOf(measure) }));
  }

  get isActive(): boolean {
    return this.nPoints > 0;
  }

  start(nPoints: 2 | 3): void {
    [this.nPoints, this.begun] = [nPoints, []];
    this.events.say(t(nPoints === 2 ? 'twoPoints' : 'threePoints'));
  }

  stop(): void {
    [this.nPoints, this.begun] = [0, []];
    this.show();
  }

  add(point: Triple): void {
    this.begun.push(point);
    if (this.begun.length < this.nPoints) {
      this.events.say(t('pointSet', { n: this.begun.length, all: this.nPoints }));
      return this.show();
    }
    const kind = t(this.nPoints === 2 ? 'distance' : 'angle');
    const measure = { name: `${kind} ${this.measures.length + 1}`, points: this.begun };
    [this.nPoints, this.begun] = [0, []];
    this.measures = [...this.measures, measure];
    this.events.say(`${measure.name}: ${valueOf(measure)}.`);
    this.show();
  }

  rename(at: number, name: string): void {
    this.measures = this.measures.map((measure, other) => (other === at ? { ...measure, name } : measure));
    this.show();
  }

  remove(at: number): void {
    this.measures = this.measures.filter((_, other) => other !== at);
    this.show();
  }

  restore(measures: readonly Measure[]): void {
    this.measures = [...measures];
    this.show();
  }

  /** A table of all of them. */
  export(title: string): void {
    const head = 'name,value,unit,' + [1, 2, 3].flatMap((n) => ['x', 'y', 'z'].map((axis) => `${axis}${n}_mm`)).join(',');
    const rows = this.measures.map((measure) => {
      const unit = measure.points.length === 2 ? 'mm' : 'degree';
      const points = measure.points.flat().map((mm) => mm.toFixed(2));
      return [JSON.stringify(measure.name).replaceAll('\\"', '""'), numberOf(measure).toFixed(2), unit, ...points].join(',');
    });
    save(new Blob([[head, ...rows, ''].join('\n')], { type: 'text/csv' }), `${title}-measurements.csv`);
  }

  /** Puts the labels where their measurements are seen. */
  place(camera: Camera, width: number, height: number): void {
    for (const [at, measure] of this.measures.entries()) {
      const label = this.labels.children[at] as HTMLElement | undefined;
      const { x, y } = this.scene.project(middleOf(measure), camera);
      if (label) label.style.transform = `translate(${(((x + 1) / 2) * width).toFixed(1)}px, ${(((1 - y) / 2) * height).toFixed(1)}px)`;
    }
  }

  /** Draws the labels onto a picture of the view. */
  paint(canvas: HTMLCanvasElement, ratio: number): void {
    const context = canvas.getContext('2d');
    if (!context) return;
    context.font = `600 ${12 * ratio}px ${getComputedStyle(this.labels).fontFamily}`;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    for (const label of this.labels.children) {
      const [x = 0, y = 0] = /translate\(([-\d.]+)px, ([-\d.]+)px\)/.exec((label as HTMLElement).style.transform)?.slice(1).map(Number) ?? [];
      const text = label.textContent ?? '';
      const width = context.measureText(text).width + 12 * ratio;
      context.fillStyle = '#0b63c5';
      context.fillRect(x * ratio - width / 2, (y - 21) * ratio, width, 18 * ratio);
      context.fillStyle = '#fff';
      context.fillText(text, x * ratio, (y - 12) * ratio);
    }
  }

  private show(): void {
    const begun = this.begun.length > 0 ? [{ name: '', points: this.begun }] : [];
    this.scene.showMeasures([...this.measures, ...begun]);
    this.labels.replaceChildren(...this.valued.map(({ measure, value }) => element('span', {}, element('span', {}, `${measure.name}: ${value}`))));
    this.events.changed();
  }
}

/** Millimetres, or degrees. */
export function numberOf({ points }: Measure): number {
  const [a, b, c] = points.map((point) => new Vector3(...point));
  if (!a || !b) return NaN;
  if (!c) return a.distanceTo(b);
  return (a.sub(b).angleTo(c.sub(b)) * 180) / Math.PI;
}

export function valueOf(measure: Measure): string {
  const value = numberOf(measure);
  if (measure.points.length === 3) return `${number(value, 1)}°`;
  return value < 10 ? lengthWords(value) : `${number(value, 1)} mm`;
}

function middleOf({ points }: Measure): Triple {
  if (points.length === 3) return points[1] as Triple;
  const [a, b] = points as [Triple, Triple];
  return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2, (a[2] + b[2]) / 2];
}
