import { element } from './dom';
import { number } from './texts';

const WIDEST_PX = 140;

/** The longest of 1, 2, 5, 10, 20 … that fits. */
export function niceLength(most: number): number {
  const power = 10 ** Math.floor(Math.log10(most));
  return [5, 2, 1].map((digit) => digit * power).find((length) => length <= most) ?? power;
}

export function lengthWords(mm: number): string {
  if (mm >= 10) return `${number(Number((mm / 10).toPrecision(3)))} cm`;
  return mm >= 1 ? `${number(Number(mm.toPrecision(3)))} mm` : `${number(Number((mm * 1000).toPrecision(3)))} µm`;
}

/** A bar of a round length, as long as it is where one looks at. */
export class ScaleBar {
  readonly node = element('div', { class: 'scale-bar', 'aria-hidden': 'true' });
  /** In pixels and words, for pictures. */
  shown = { pixels: 0, words: '' };

  update(mmPerPixel: number): void {
    const length = niceLength(mmPerPixel * WIDEST_PX);
    const shown = { pixels: length / mmPerPixel, words: lengthWords(length) };
    this.shown = shown;
    this.node.style.width = `${shown.pixels.toFixed(1)}px`;
    this.node.textContent = shown.words;
  }
}
