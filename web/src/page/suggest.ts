/** Suggestions below a search box, as the combobox pattern of ARIA has it (list, no completion inside the box). */

import { ROOT } from './root';
import { LANG, t, type Key } from './texts';

interface Suggestion {
  readonly text: string;
  readonly kind: string;
  readonly n_shapes: number;
}

/** How long typing has to rest before the server is asked, in ms. */
const REST = 90;
const N_SUGGESTIONS = 8;
/** What the API calls what a suggestion means. */
const KINDS: Record<string, Key> = { structure: 'kindStructure', source: 'kindSource', sex: 'kindSex', side: 'kindSide', pathology: 'kindPathology' };
let nBoxes = 0;

export function suggest(input: HTMLInputElement): void {
  new Box(input, `suggestions-${(nBoxes += 1)}`);
}

class Box {
  private readonly list = document.createElement('ul');
  private readonly status = document.createElement('span');
  private items: readonly Suggestion[] = [];
  private active = -1;
  private asked = new AbortController();
  private rest = 0;
  /** What was typed, without what the arrow keys put in its place. */
  private typed = '';

  constructor(private readonly input: HTMLInputElement, id: string) {
    this.list.id = id;
    this.list.className = 'suggestions';
    this.list.setAttribute('role', 'listbox');
    this.list.setAttribute('aria-label', t('suggestions'));
    this.list.hidden = true;
    this.status.className = 'visually-hidden';
    this.status.setAttribute('role', 'status');
    input.setAttribute('role', 'combobox');
    input.setAttribute('aria-autocomplete', 'list');
    input.setAttribute('aria-controls', id);
    input.setAttribute('aria-expanded', 'false');
    input.after(this.list, this.status);
    input.addEventListener('input', () => this.wait());
    input.addEventListener('keydown', (event) => this.key(event));
    input.addEventListener('blur', () => this.close());
    // Before the box loses the focus, which would close the list.
    this.list.addEventListener('pointerdown', (event) => event.preventDefault());
    this.list.addEventListener('click', (event) => this.click(event));
  }

  private wait(): void {
    this.typed = this.input.value;
    window.clearTimeout(this.rest);
    this.rest = window.setTimeout(() => void this.ask(), REST);
  }

  private async ask(): Promise<void> {
    this.asked.abort();
    this.asked = new AbortController();
    const text = this.typed;
    if (text.trim() === '') return this.close();
    try {
      const query = new URLSearchParams({ q: text, limit: String(N_SUGGESTIONS), lang: LANG });
      const answer = await fetch(`${ROOT}/v1/suggest?${query}`, { signal: this.asked.signal });
      if (!answer.ok) return this.close();
      const { items } = (await answer.json()) as { items: Suggestion[] };
      if (document.activeElement === this.input) this.show(items.filter((item) => item.text !== text));
    } catch {
      // Newer letters came, or the server went: the box works without.
    }
  }

  private show(items: readonly Suggestion[]): void {
    this.items = items;
    this.active = -1;
    this.list.replaceChildren(...items.map((item, position) => this.option(item, position)));
    this.expand(items.length > 0);
    const n = items.length;
    this.status.textContent = n === 0 ? '' : t(n === 1 ? 'oneSuggestion' : 'nSuggestions', { n });
  }

  private option(item: Suggestion, position: number): HTMLLIElement {
    const option = document.createElement('li');
    option.id = `${this.list.id}-${position}`;
    option.setAttribute('role', 'option');
    option.setAttribute('aria-selected', 'false');
    option.append(span('name', item.text), span('kind', KINDS[item.kind] ? t(KINDS[item.kind] as Key) : item.kind), span('count', item.n_shapes.toLocaleString(LANG)));
    return option;
  }

  private key(event: KeyboardEvent): void {
    const isOpen = !this.list.hidden;
    const moves: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
    const move = moves[event.key];
    if (move !== undefined && isOpen) {
      event.preventDefault();
      this.point(this.active + move);
    } else if (move === 1 && !isOpen) {
      this.wait();
    } else if (event.key === 'Escape' && isOpen) {
      event.preventDefault();
      this.input.value = this.typed;
      this.close();
    } else if (event.key === 'Enter') {
      // What is pointed at stands in the box already.
      this.close();
    }
  }

  /** Points at a suggestion; before the first and after the last stands what was typed. */
  private point(position: number): void {
    const n = this.items.length;
    this.active = position < -1 ? n - 1 : position >= n ? -1 : position;
    this.input.value = this.items[this.active]?.text ?? this.typed;
    for (const [at, option] of [...this.list.children].entries()) {
      option.setAttribute('aria-selected', String(at === this.active));
      if (at === this.active) option.scrollIntoView({ block: 'nearest' });
    }
    if (this.active < 0) this.input.removeAttribute('aria-activedescendant');
    else this.input.setAttribute('aria-activedescendant', `${this.list.id}-${this.active}`);
  }

  private click({ target }: Event): void {
    const option = (target as Element).closest('[role=option]');
    const item = this.items[option ? [...this.list.children].indexOf(option) : -1];
    if (!item) return;
    this.input.value = item.text;
    this.close();
    this.input.form?.requestSubmit();
  }

  private close(): void {
    window.clearTimeout(this.rest);
    this.asked.abort();
    this.status.textContent = '';
    this.expand(false);
  }

  private expand(isOpen: boolean): void {
    this.list.hidden = !isOpen;
    this.input.setAttribute('aria-expanded', String(isOpen));
    if (!isOpen) this.input.removeAttribute('aria-activedescendant');
  }
}

function span(name: string, text: string): HTMLSpanElement {
  const node = document.createElement('span');
  node.className = name;
  node.textContent = text;
  return node;
}
