import { button, element } from './dom';
import type { Part } from './model';
import { t } from './texts';

/** What can be done with the structure that is selected. */
export interface SelectionCommands {
  isolate(): void;
  hide(): void;
  ghostOthers(): void;
  showAll(): void;
}

/** The name of the selected structure, and buttons for it. */
export class SelectionBar {
  readonly node = element('div', { class: 'selection', hidden: true });

  private part: Part | undefined;

  constructor(private readonly commands: SelectionCommands) {}

  /** Nothing moves while the same part stays: a button may have the focus. */
  show(part: Part | undefined): void {
    if (part === this.part) return;
    this.part = part;
    this.node.hidden = !part;
    if (!part) return;
    this.node.replaceChildren(
      element('strong', {}, part.label),
      button(t('isolate'), { class: 'button', title: `${t('isolate')} (i)` }, () => this.commands.isolate()),
      button(t('hide'), { class: 'button', title: `${t('hide')} (h)` }, () => this.commands.hide()),
      button(t('ghost'), { class: 'button', title: `${t('ghostTitle')} (g)` }, () => this.commands.ghostOthers()),
      button(t('showAll'), { class: 'button', title: `${t('showAll')} (a)` }, () => this.commands.showAll()),
      ...(part.href ? [element('a', { class: 'button', href: part.href }, t('openPage'))] : []),
    );
  }
}
