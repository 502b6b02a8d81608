/** PNG files that say what they show, by whom, and on which terms (tEXt and iTXt chunks). */

import type { SceneModel } from './model';

export interface Credit {
  readonly title: string;
  readonly licence: string;
  readonly citation: string;
  readonly address: string;
}

/** The licence and the citation that the page states. */
export function creditOf({ title, credit }: SceneModel): Credit {
  const panel = document.querySelector<HTMLElement>('[data-licence]');
  return {
    title,
    licence: credit?.licence ?? panel?.dataset.licence ?? '',
    citation: credit?.citation ?? panel?.dataset.citation ?? '',
    address: credit?.href ?? location.href,
  };
}

/** Adds the credit to a PNG, right behind its header. */
export function withCredit(png: Uint8Array<ArrayBuffer>, credit: Credit): Blob {
  const entries: [string, string][] = [
    ['Title', credit.title],
    ['Copyright', credit.licence],
    ['Source', credit.citation],
    ['Comment', credit.address],
    ['Software', 'medshape'],
  ];
  // Eight bytes of signature, 25 of the header chunk.
  const texts = entries.filter(([, text]) => text !== '').map(([key, text]) => textChunk(key, text));
  return new Blob([png.subarray(0, 33), ...texts, png.subarray(33)], { type: 'image/png' });
}

/** The title, the licence and the bar below what is on screen. */
export function compose(canvas: HTMLCanvasElement, credit: Credit, bar: { pixels: number; words: string }, ratio: number, ground: string): HTMLCanvasElement {
  const strip = 44 * ratio;
  const whole = document.createElement('canvas');
  whole.width = canvas.width;
  whole.height = canvas.height + strip;
  const context = whole.getContext('2d');
  if (!context) return canvas;
  const look = getComputedStyle(document.documentElement);
  const colour = (name: string) => look.getPropertyValue(name).trim();
  context.fillStyle = ground || '#fff';
  context.fillRect(0, 0, whole.width, canvas.height);
  context.fillStyle = colour('--surface') || '#fff';
  context.fillRect(0, canvas.height, whole.width, strip);
  context.drawImage(canvas, 0, 0);
  context.fillStyle = colour('--ink') || '#000';
  context.textBaseline = 'middle';
  context.font = `600 ${13 * ratio}px ${getComputedStyle(document.body).fontFamily}`;
  const [left, first, second] = [16 * ratio, canvas.height + 14 * ratio, canvas.height + 31 * ratio];
  const widest = whole.width - left * 3 - bar.pixels * ratio;
  context.fillText(credit.title, left, first, widest);
  context.font = `${11 * ratio}px ${getComputedStyle(document.body).fontFamily}`;
  context.fillText([credit.licence, credit.citation].filter(Boolean).join(' · '), left, second, widest);
  const right = whole.width - left;
  context.fillRect(right - bar.pixels * ratio, first + 5 * ratio, bar.pixels * ratio, 2 * ratio);
  context.textAlign = 'right';
  context.fillText(bar.words, right, second);
  return whole;
}

function textChunk(key: string, text: string): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  // Keyword, no compression, no language, no translated keyword, UTF-8.
  const data = new Uint8Array([...encoder.encode(key), 0, 0, 0, 0, 0, ...encoder.encode(text)]);
  const chunk = new Uint8Array(data.length + 12);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, data.length);
  chunk.set(encoder.encode('iTXt'), 4);
  chunk.set(data, 8);
  view.setUint32(data.length + 8, crc32(chunk.subarray(4, data.length + 8)));
  return chunk;
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
