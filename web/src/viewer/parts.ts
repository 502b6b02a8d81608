import { button, element } from './dom';
import type { Part } from './model';
import { t } from './texts';

/** How far a part has come. */
export type Progress = 'waiting' | 'shown' | { readonly failed: string };

export interface PartListEvents {
  show(names: readonly string[], visible: boolean): void;
  select(name: string): void;
  hover(name: string | null): void;
  retry(name: string): void;
  /** Percent. */
  fade(name: string, opacity: number): void;
  /** `#rrggbb`. */
  colour(name: string, colour: string): void;
}

/** Lists longer than this can be searched. */
const FEW = 12;

interface Row {
  readonly item: HTMLLIElement;
  readonly checkbox: HTMLInputElement;
  readonly select: HTMLButtonElement;
  readonly state: HTMLElement;
  readonly opacity: HTMLInputElement;
  readonly more: HTMLElement;
}

/** The list of a scene's parts by body system: what is shown, what is selected, what failed. */
export class PartList {
  readonly node: HTMLElement;
  private readonly rows = new Map<string, Row>();
  private readonly systems: { readonly checkbox: HTMLInputElement; readonly names: string[] }[] = [];

  constructor(parts: readonly Part[], private readonly events: PartListEvents) {
    const groups = [...Map.groupBy(parts, (part) => part.system)];
    this.node = element('div', { class: 'parts', role: 'group', 'aria-label': t('structures') });
    if (parts.length > FEW) this.node.append(this.filter(parts));
    this.node.append(...groups.map(([system, members]) => this.group(system, members)));
  }

  update(name: string, look: { visible: boolean; selected: boolean; hovered: boolean; opacity: number }): void {
    const row = this.rows.get(name);
    if (!row) return;
    row.checkbox.checked = look.visible;
    row.select.setAttribute('aria-pressed', String(look.selected));
    row.item.classList.toggle('is-hovered', look.hovered);
    row.more.hidden = !look.selected;
    row.opacity.value = String(look.opacity);
    if (look.selected) reveal(row.item, this.node);
  }

  /** Lets the boxes of the systems say what those of their parts say. */
  updateSystems(isVisible: (name: string) => boolean): void {
    for (const { checkbox, names } of this.systems) {
      const shown = names.filter(isVisible).length;
      checkbox.checked = shown > 0;
      checkbox.indeterminate = shown > 0 && shown < names.length;
    }
  }

  progress(part: Part, progress: Progress): void {
    const row = this.rows.get(part.name);
    if (!row) return;
    row.item.classList.toggle('is-waiting', progress === 'waiting');
    row.state.replaceChildren();
    if (typeof progress === 'object') {
      const label = t('retryPart', { name: part.label, reason: progress.failed });
      const attributes = { class: 'retry', 'aria-label': label, title: progress.failed };
      row.state.append(button(t('retry'), attributes, () => this.events.retry(part.name)));
    } else {
      row.state.append(part.fact);
    }
  }

  /** Finds structures in a long list by a part of their names. */
  private filter(parts: readonly Part[]): HTMLElement {
    const input = element('input', { type: 'search', class: 'filter', placeholder: t('find'), 'aria-label': t('findInList') });
    input.addEventListener('input', () => {
      const wanted = input.value.trim().toLowerCase();
      for (const { name, label } of parts) {
        const row = this.rows.get(name);
        if (row) row.item.hidden = !label.toLowerCase().includes(wanted);
      }
      for (const group of this.node.querySelectorAll('fieldset')) group.hidden = !group.querySelector('li:not([hidden])');
    });
    return input;
  }

  private group(system: string, parts: readonly Part[]): HTMLElement {
    const names = parts.map((part) => part.name);
    const checkbox = element('input', { type: 'checkbox', checked: true });
    checkbox.addEventListener('change', () => this.events.show(names, checkbox.checked));
    this.systems.push({ checkbox, names });
    const list = element('ul', {}, ...parts.map((part) => this.row(part)));
    const legend = element('legend', {}, element('label', {}, checkbox, system));
    return element('fieldset', {}, legend, list);
  }

  private row(part: Part): HTMLElement {
    const { name, label, colour } = part;
    const checkbox = element('input', { type: 'checkbox', checked: true, 'aria-label': t('showPart', { name: label }) });
    checkbox.style.accentColor = colour;
    checkbox.addEventListener('change', () => this.events.show([name], checkbox.checked));
    const swatch = element('span', { class: 'swatch', 'aria-hidden': 'true' });
    swatch.style.backgroundColor = colour;
    const select = button(label, { class: 'part-name', 'aria-pressed': 'false' }, () => this.events.select(name));
    select.prepend(swatch);
    const state = element('span', { class: 'part-state' });
    const opacity = element('input', { type: 'range', min: '0', max: '100', step: '5', value: '100', 'aria-label': t('opacityOf', { name: label }) });
    opacity.addEventListener('input', () => this.events.fade(name, opacity.valueAsNumber));
    const paint = element('input', { type: 'color', value: colour, 'aria-label': t('colourOf', { name: label }) });
    paint.addEventListener('input', () => {
      swatch.style.backgroundColor = paint.value;
      this.events.colour(name, paint.value);
    });
    const more = element('div', { class: 'part-more', hidden: true }, element('span', { 'aria-hidden': 'true' }, t('opacity')), opacity, paint);
    const item = element('li', { class: 'is-waiting' }, checkbox, select, state, more);
    item.addEventListener('pointerenter', () => this.events.hover(name));
    item.addEventListener('pointerleave', () => this.events.hover(null));
    this.rows.set(name, { item, checkbox, select, state, opacity, more });
    return item;
  }
}

/** Scrolls the list, and never the page. */
function reveal(item: HTMLElement, list: HTMLElement): void {
  const [row, box] = [item.getBoundingClientRect(), list.getBoundingClientRect()];
  if (row.top < box.top) list.scrollTop -= box.top - row.top + 8;
  else if (row.bottom > box.bottom) list.scrollTop += row.bottom - box.bottom + 8;
}
