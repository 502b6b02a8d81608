/**
 * Narrowing an answer without leaving the page: the next state is the server's page of that
 * address, of which the main part is taken. Without this, the same links are followed.
 */

import { attachAges } from './ages';
import { ROOT } from './root';
import { attachTrees } from './tree';

let asked = new AbortController();

export function browse(): void {
  if (!document.querySelector('.browse')) return;
  document.addEventListener('click', (event) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>(`.browse a[href^="${ROOT}/search"]`);
    if (!link || event.defaultPrevented || event.button !== 0 || hasModifier(event)) return;
    event.preventDefault();
    void go(link.href, focusKey(link));
  });
  document.addEventListener('submit', (event) => {
    const form = event.target as HTMLFormElement;
    if (!form.matches(`.browse form[action="${ROOT}/search"]`)) return;
    event.preventDefault();
    const query = new URLSearchParams(new FormData(form) as unknown as Record<string, string>);
    const name = document.activeElement?.getAttribute('name');
    void go(`${ROOT}/search?${query}`, name ? `[name="${name}"]` : '.choice button');
  });
  window.addEventListener('popstate', () => void show(location.href, null, false));
}

function hasModifier({ ctrlKey, metaKey, shiftKey, altKey }: MouseEvent): boolean {
  return ctrlKey || metaKey || shiftKey || altKey;
}

async function go(address: string, focus: string | null): Promise<void> {
  await show(address, focus, true);
}

async function show(address: string, focus: string | null, isNew: boolean): Promise<void> {
  asked.abort();
  asked = new AbortController();
  const main = document.querySelector('main');
  main?.setAttribute('aria-busy', 'true');
  try {
    const answer = await fetch(address, { signal: asked.signal });
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const fresh = page.querySelector('main');
    if (!answer.ok || !main || !fresh?.querySelector('.browse')) return void location.assign(address);
    keepOpen(main, fresh);
    main.replaceChildren(...fresh.childNodes);
    main.removeAttribute('aria-busy');
    document.title = page.title;
    const box = document.querySelector<HTMLInputElement>('form.search input[name=q]');
    if (box) box.value = page.querySelector<HTMLInputElement>('form.search input[name=q]')?.value ?? '';
    if (isNew) history.pushState(null, '', answer.url);
    attachAges(main);
    attachTrees(main);
    document.dispatchEvent(new Event('medshape:page'));
    refocus(main, focus);
  } catch (error) {
    if (!(error instanceof DOMException && error.name === 'AbortError')) location.assign(address);
  }
}

/** Branches that were opened stay open. */
function keepOpen(before: Element, after: Element): void {
  const opened = '.facets details[open], details.facets[open], .tree .branch[aria-expanded=true]';
  const open = new Set([...before.querySelectorAll(opened)].map(title));
  for (const branch of after.querySelectorAll<HTMLDetailsElement>('details.facets, .facets details')) {
    if (open.has(title(branch))) branch.open = true;
  }
}

function title(branch: Element): string {
  const summary = branch.querySelector('summary') ?? branch;
  const count = summary?.querySelector('.count')?.textContent ?? '';
  return (summary?.textContent ?? '').replace(count, '').trim();
}

/** Finds the same control on the next page: by what it is called, and where it stands. */
function focusKey(link: HTMLAnchorElement): string | null {
  const name = link.querySelector('.name')?.textContent;
  return name ? `value:${link.closest('.facet')?.querySelector('h2')?.textContent}:${name}` : null;
}

function refocus(main: HTMLElement, key: string | null): void {
  if (key?.startsWith('value:')) {
    const links = [...main.querySelectorAll<HTMLAnchorElement>('.value')];
    const same = links.find((link) => focusKey(link) === key);
    if (same) return same.focus({ preventScroll: true });
  } else if (key) {
    const control = main.querySelector<HTMLElement>(`.ages ${key}`);
    if (control) return control.focus({ preventScroll: true });
  }
  // Chips, pages and orders go away or mean another thing: the results are what one came for.
  main.focus({ preventScroll: true });
  main.scrollIntoView({ block: 'start' });
}
