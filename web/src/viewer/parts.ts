import { button, element } from './dom';
import type { Part } from './model';

/** How far a part has come. */
export type Progress = 'waiting' | 'shown' | { readonly failed: string };

export interface PartListEvents {
  show(names: readonly string[], visible: boolean): void;
  select(name: string): void;
  hover(name: string | null): void;
  retry(name: string): void;
}

interface Row {
  readonly item: HTMLLIElement;
  readonly checkbox: HTMLInputElement;
  readonly select: HTMLButtonElement;
  readonly state: HTMLElement;
}

/** The list of a scene's parts by body system: what is shown, what is selected, what failed. */
export class PartList {
  readonly node: HTMLElement;
  private readonly rows = new Map<string, Row>();
  private readonly systems: { readonly checkbox: HTMLInputElement; readonly names: string[] }[] = [];

  constructor(parts: readonly Part[], private readonly events: PartListEvents) {
    const groups = [...Map.groupBy(parts, (part) => part.system)];
    this.node = element('div', { class: 'parts', role: 'group', 'aria-label': 'Structures in the view' });
    this.node.append(...groups.map(([system, members]) => this.group(system, members)));
  }

  update(name: string, look: { visible: boolean; selected: boolean; hovered: boolean }): void {
    const row = this.rows.get(name);
    if (!row) return;
    row.checkbox.checked = look.visible;
    row.select.setAttribute('aria-pressed', String(look.selected));
    row.item.classList.toggle('is-hovered', look.hovered);
    if (look.selected) row.item.scrollIntoView({ block: 'nearest' });
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
      const label = `Retry ${part.label}: ${progress.failed}`;
      const attributes = { class: 'retry', 'aria-label': label, title: progress.failed };
      row.state.append(button('Retry', attributes, () => this.events.retry(part.name)));
    } else {
      row.state.append(part.fact);
    }
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
    const checkbox = element('input', { type: 'checkbox', checked: true, 'aria-label': `Show ${label}` });
    checkbox.style.accentColor = colour;
    checkbox.addEventListener('change', () => this.events.show([name], checkbox.checked));
    const swatch = element('span', { class: 'swatch', 'aria-hidden': 'true' });
    swatch.style.backgroundColor = colour;
    const select = button(label, { class: 'part-name', 'aria-pressed': 'false' }, () => this.events.select(name));
    select.prepend(swatch);
    const state = element('span', { class: 'part-state' });
    const item = element('li', { class: 'is-waiting' }, checkbox, select, state);
    item.addEventListener('pointerenter', () => this.events.hover(name));
    item.addEventListener('pointerleave', () => this.events.hover(null));
    this.rows.set(name, { item, checkbox, select, state });
    return item;
  }
}
