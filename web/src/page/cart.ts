/** The cart: names of shapes that the browser keeps, and nobody else until they are made a selection. */

import { ROOT } from './root';
import { LANG, t } from './texts';

const KEY = 'medshape-cart';
/** What a list of names may be for the server, and a reader still oversees. */
export const MOST = 5000;

export function names(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(kept) ? kept.filter((name): name is string => typeof name === 'string') : [];
  } catch {
    return [];
  }
}

export function keep(wanted: Iterable<string>): void {
  try {
    localStorage.setItem(KEY, JSON.stringify([...new Set(wanted)].slice(0, MOST)));
  } catch {
    say(t('noCart'));
  }
  show();
}

export function attachCart(): void {
  document.addEventListener('click', (event) => {
    const button = (event.target as Element).closest<HTMLElement>('[data-cart-add], [data-cart-query]');
    if (!button) return;
    event.preventDefault();
    if (button.dataset.cartQuery !== undefined) void addAnswer(button.dataset.cartQuery);
    else toggle(of(button));
  });
  // Another tab has changed it.
  window.addEventListener('storage', show);
  document.addEventListener('medshape:page', show);
  show();
}

/** Puts shapes in, or takes them out if all of them are in. */
function toggle(some: string[]): void {
  const before = names();
  const isIn = new Set(before);
  if (some.every((name) => isIn.has(name))) {
    keep(before.filter((name) => !some.includes(name)));
    say(t('takenOut', { out: counted(some.length), left: counted(names().length) }));
  } else {
    keep([...before, ...some]);
    say(t('inCart', { shapes: counted(names().length) }));
  }
}

/** Puts all that a question finds in. */
async function addAnswer(q: string): Promise<void> {
  const answer = await fetch(`${ROOT}/v1/manifests/tsv?${new URLSearchParams({ q, format: 'glb' })}`);
  if (!answer.ok) return say(t('noAnswer'));
  const rows = (await answer.text()).split('\n').slice(1);
  const found = rows.map((row) => row.split('\t')[1] ?? '').filter((name) => name !== '');
  const all = new Set([...names(), ...found]);
  if (all.size > MOST) return say(t('cartFull', { most: MOST.toLocaleString(LANG) }));
  keep(all);
  say(t('inCart', { shapes: counted(all.size) }));
}

function of(button: HTMLElement): string[] {
  return (button.dataset.cartAdd ?? '').split(' ').filter((name) => name !== '');
}

/** Brings all that shows the cart up to date. */
function show(): void {
  const kept = new Set(names());
  for (const link of document.querySelectorAll('[data-cart-link]')) {
    link.textContent = kept.size === 0 ? t('cart') : `${t('cart')} (${kept.size.toLocaleString(LANG)})`;
  }
  for (const card of document.querySelectorAll<HTMLElement>('.card[data-shape]')) {
    if (!card.querySelector('[data-cart-add]')) card.append(cardButton(card));
  }
  for (const button of document.querySelectorAll<HTMLElement>('[data-cart-query]')) button.hidden = false;
  for (const button of document.querySelectorAll<HTMLElement>('[data-cart-add]')) {
    const isIn = of(button).every((name) => kept.has(name));
    button.hidden = false;
    button.setAttribute('aria-pressed', String(isIn));
    if (button.dataset.label) button.textContent = isIn ? t('takeOut') : button.dataset.label;
  }
  document.dispatchEvent(new Event('medshape:cart'));
}

function cardButton(card: HTMLElement): HTMLButtonElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'card-cart';
  button.dataset.cartAdd = card.dataset.shape ?? '';
  const what = card.querySelector('h2, h3')?.textContent?.trim() ?? '';
  const whose = card.querySelector('.card-text p')?.textContent?.trim() ?? '';
  button.setAttribute('aria-label', t('cardInCart', { what, whose }));
  return button;
}

let status: HTMLElement | undefined;

function say(text: string): void {
  if (!status) {
    status = document.createElement('p');
    status.className = 'toast';
    status.setAttribute('role', 'status');
    document.body.append(status);
  }
  status.textContent = text;
  const said = status;
  window.setTimeout(() => said.textContent === text && (said.textContent = ''), 6000);
}

export function counted(n: number): string {
  return t(n === 1 ? 'oneShape' : 'nShapes', { n: n.toLocaleString(LANG) });
}
