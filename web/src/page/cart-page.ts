/** The page of the cart: what is in it, how large it is in each format, on which terms, what may not be taken. */

import { inLanguage, ROOT } from './root';
import { counted, keep, names } from './cart';
import { LANG, t, type Key } from './texts';

interface Preview {
  readonly n_here: number;
  readonly licences: readonly { id: string; n: number }[];
  readonly sizes: readonly { format: string; about: string; n_shapes: number; bytes: number | null; is_exact: boolean }[];
  readonly left_out: readonly { name: string; why: string; reason?: string }[];
  readonly items: readonly { asked: string; label: string; url: string; picture: string | null; subject: string; licence: string }[];
}

const WHY: Record<string, Key> = { unknown: 'whyUnknown', 'kept-back': 'whyKeptBack', withdrawn: 'whyWithdrawn', elsewhere: 'whyElsewhere' };

export function cartPage(): void {
  const root = document.querySelector<HTMLElement>('#cart');
  if (!root) return;
  let shown = '';
  const follow = () => {
    const now = JSON.stringify(names());
    if (now !== shown) void fill(root, names());
    shown = now;
  };
  document.addEventListener('medshape:cart', follow);
  follow();
}

async function fill(root: HTMLElement, wanted: string[]): Promise<void> {
  if (wanted.length === 0) {
    root.replaceChildren(node('p', { class: 'notice' }, `${t('cartEmpty')} `, node('a', { href: inLanguage(`${ROOT}/search`) }, t('cartSearch'))));
    return;
  }
  const answer = await post('/v1/selections/preview', wanted);
  if (!answer.ok) {
    root.replaceChildren(node('p', { class: 'notice is-bad', role: 'alert' }, await problem(answer)), empty());
    return;
  }
  const preview = (await answer.json()) as Preview;
  root.replaceChildren(
    node('div', { class: 'take' }, ...(preview.n_here > 0 ? [freeze(wanted)] : []), empty()),
    ...leftOut(preview),
    node('div', { class: 'columns' }, node('div', {}, items(preview, wanted)), node('div', {}, sizes(preview), licences(preview))),
  );
}

function freeze(wanted: string[]): HTMLElement {
  const button = node('button', { class: 'button', type: 'button' }, t('keep', { shapes: counted(wanted.length) }));
  button.addEventListener('click', async () => {
    button.setAttribute('aria-busy', 'true');
    const answer = await post('/v1/selections', wanted);
    if (answer.ok) return location.assign(((await answer.json()) as { url: string }).url);
    button.removeAttribute('aria-busy');
    button.after(node('p', { class: 'notice is-bad', role: 'alert' }, await problem(answer)));
  });
  return button;
}

function empty(): HTMLElement {
  const button = node('button', { class: 'button is-quiet', type: 'button' }, t('emptyCart'));
  button.addEventListener('click', () => {
    keep([]);
    document.querySelector<HTMLElement>('main')?.focus();
  });
  return button;
}

function leftOut(preview: Preview): HTMLElement[] {
  if (preview.left_out.length === 0) return [];
  const lines = preview.left_out.map(({ name, why, reason }) => {
    const because = reason ? ` (${reason.replaceAll('-', ' ')})` : '';
    return node('li', {}, node('code', {}, name), `: ${WHY[why] ? t(WHY[why] as Key) : why}${because} `, remove(name, name));
  });
  return [node('div', { class: 'notice' }, node('p', {}, node('strong', {}, t('notTaken'))), node('ul', { class: 'notes' }, ...lines))];
}

function items(preview: Preview, wanted: string[]): HTMLElement {
  const rows = preview.items.map(({ asked, label, url, picture, subject, licence }) =>
    node(
      'li',
      {},
      picture ? node('img', { src: picture, alt: '', width: '48', height: '48', loading: 'lazy' }) : node('span', { class: 'no-thumb' }),
      node('span', { class: 'what' }, node('a', { href: url }, label), node('span', { class: 'muted' }, ` ${subject} · ${licence}`)),
      remove(asked, t('title', { label, subject })),
    ),
  );
  const more = wanted.length - preview.left_out.length - preview.items.length;
  const rest = more > 0 ? [node('p', { class: 'muted' }, t('more', { shapes: counted(more) }))] : [];
  return panel('in-cart', counted(preview.n_here), node('ul', { class: 'cart-items' }, ...rows), ...rest);
}

function remove(asked: string, what: string): HTMLElement {
  const button = node('button', { class: 'remove', type: 'button', 'aria-label': t('takeOutWhat', { what }) }, '×');
  button.addEventListener('click', () => {
    // The next one takes the focus, for this one goes away.
    keep(names().filter((name) => name !== asked));
    document.querySelector<HTMLElement>('main')?.focus({ preventScroll: true });
  });
  return button;
}

function sizes(preview: Preview): HTMLElement {
  const rows = preview.sizes
    .filter(({ n_shapes }) => n_shapes > 0)
    .map(({ format, about, n_shapes, bytes, is_exact }) =>
      node(
        'tr',
        {},
        node('th', { scope: 'row' }, format.toUpperCase(), ' ', node('span', { class: 'muted' }, about)),
        node('td', { class: 'number' }, n_shapes.toLocaleString(LANG)),
        node('td', { class: 'number' }, bytes === null ? t('onRequest') : `${is_exact ? '' : '≈ '}${size(bytes)}`),
      ),
    );
  const head = node('thead', {}, node('tr', {}, node('th', { scope: 'col' }, t('format')), node('th', { scope: 'col', class: 'number' }, t('shapes')), node('th', { scope: 'col', class: 'number' }, t('size'))));
  const table = node('table', { class: 'formats' }, head, node('tbody', {}, ...rows));
  return panel('sizes', t('size'), node('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': t('sizeByFormat') }, table));
}

function licences(preview: Preview): HTMLElement {
  const lines = preview.licences.map(({ id, n }) => node('li', {}, node('strong', {}, id), `: ${counted(n)}`));
  return panel('licences', t('licences'), node('ul', { class: 'notes' }, ...lines));
}

function panel(id: string, title: string, ...children: HTMLElement[]): HTMLElement {
  return node('section', { class: 'panel', 'aria-labelledby': id }, node('h2', { id }, title), ...children);
}

function size(bytes: number): string {
  for (const [unit, of] of [['GB', 1e9], ['MB', 1e6], ['kB', 1e3]] as const) {
    if (bytes >= of) return `${Number((bytes / of).toPrecision(3)).toLocaleString(LANG)} ${unit}`;
  }
  return t('bytes', { n: bytes });
}

function post(path: string, wanted: string[]): Promise<Response> {
  // The API speaks English where it is not asked otherwise.
  return fetch(LANG === 'en' ? inLanguage(ROOT + path) : `${ROOT}${path}?lang=${LANG}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ names: wanted }) });
}

async function problem(answer: Response): Promise<string> {
  const fallback = { detail: t('serverAnswers', { status: answer.status }) };
  const { detail } = (await answer.json().catch(() => fallback)) as { detail: string };
  return detail;
}

function node(tag: string, attributes: Record<string, string>, ...children: (Node | string)[]): HTMLElement {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}
