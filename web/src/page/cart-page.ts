/** The page of the cart: what is in it, how large it is in each format, on which terms, what may not be taken. */

import { ROOT } from './root';
import { counted, keep, names } from './cart';

interface Preview {
  readonly n_here: number;
  readonly licences: readonly { id: string; n: number }[];
  readonly sizes: readonly { format: string; about: string; n_shapes: number; bytes: number | null; is_exact: boolean }[];
  readonly left_out: readonly { name: string; why: string; reason?: string }[];
  readonly items: readonly { asked: string; label: string; url: string; picture: string | null; subject: string; licence: string }[];
}

const WHY: Record<string, string> = {
  unknown: 'there is no shape of this name',
  'kept-back': 'kept back from the public',
  withdrawn: 'was withdrawn',
  elsewhere: 'published by others, not held here',
};

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
    root.replaceChildren(node('p', { class: 'notice' }, 'The cart is empty. ', node('a', { href: `${ROOT}/search` }, 'Search'), ' for shapes and put them in.'));
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
  const button = node('button', { class: 'button', type: 'button' }, `Keep ${counted(wanted.length)} as a selection, to download or cite`);
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
  const button = node('button', { class: 'button is-quiet', type: 'button' }, 'Empty the cart');
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
    return node('li', {}, node('code', {}, name), `: ${WHY[why] ?? why}${because} `, remove(name, name));
  });
  return [node('div', { class: 'notice' }, node('p', {}, node('strong', {}, 'Not to be taken:')), node('ul', { class: 'notes' }, ...lines))];
}

function items(preview: Preview, wanted: string[]): HTMLElement {
  const rows = preview.items.map(({ asked, label, url, picture, subject, licence }) =>
    node(
      'li',
      {},
      picture ? node('img', { src: picture, alt: '', width: '48', height: '48', loading: 'lazy' }) : node('span', { class: 'no-thumb' }),
      node('span', { class: 'what' }, node('a', { href: url }, label), node('span', { class: 'muted' }, ` ${subject} · ${licence}`)),
      remove(asked, `${label} of ${subject}`),
    ),
  );
  const more = wanted.length - preview.left_out.length - preview.items.length;
  const rest = more > 0 ? [node('p', { class: 'muted' }, `and ${counted(more)} more`)] : [];
  return panel('in-cart', counted(preview.n_here), node('ul', { class: 'cart-items' }, ...rows), ...rest);
}

function remove(asked: string, what: string): HTMLElement {
  const button = node('button', { class: 'remove', type: 'button', 'aria-label': `Take ${what} out` }, '×');
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
        node('td', { class: 'number' }, n_shapes.toLocaleString('en')),
        node('td', { class: 'number' }, bytes === null ? 'made on request' : `${is_exact ? '' : '≈ '}${size(bytes)}`),
      ),
    );
  const head = node('thead', {}, node('tr', {}, node('th', { scope: 'col' }, 'Format'), node('th', { scope: 'col', class: 'number' }, 'Shapes'), node('th', { scope: 'col', class: 'number' }, 'Size')));
  const table = node('table', { class: 'formats' }, head, node('tbody', {}, ...rows));
  return panel('sizes', 'Size', node('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Size by format' }, table));
}

function licences(preview: Preview): HTMLElement {
  const lines = preview.licences.map(({ id, n }) => node('li', {}, node('strong', {}, id), `: ${counted(n)}`));
  return panel('licences', 'Licences', node('ul', { class: 'notes' }, ...lines));
}

function panel(id: string, title: string, ...children: HTMLElement[]): HTMLElement {
  return node('section', { class: 'panel', 'aria-labelledby': id }, node('h2', { id }, title), ...children);
}

function size(bytes: number): string {
  for (const [unit, of] of [['GB', 1e9], ['MB', 1e6], ['kB', 1e3]] as const) {
    if (bytes >= of) return `${Number((bytes / of).toPrecision(3))} ${unit}`;
  }
  return `${bytes} bytes`;
}

function post(path: string, wanted: string[]): Promise<Response> {
  return fetch(ROOT + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ names: wanted }) });
}

async function problem(answer: Response): Promise<string> {
  const fallback = { detail: `The server answers ${answer.status}.` };
  const { detail } = (await answer.json().catch(() => fallback)) as { detail: string };
  return detail;
}

function node(tag: string, attributes: Record<string, string>, ...children: (Node | string)[]): HTMLElement {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}
