/**
 * A tree of links as ARIA's practices have it: one stop for the Tab key, arrows within it.
 *
 * The server sends lists, with branches that open by themselves; here they become one tree.
 */

let nTrees = 0;

/** Makes trees of all lists that are to be ones. */
export function attachTrees(root: ParentNode): void {
  for (const list of root.querySelectorAll<HTMLUListElement>('ul.tree:not([role])')) new Tree(list, `tree-${(nTrees += 1)}`);
}

class Tree {
  constructor(private readonly list: HTMLUListElement, id: string) {
    list.setAttribute('role', 'tree');
    list.setAttribute('aria-label', list.closest('.facet')?.querySelector('h2')?.textContent ?? '');
    for (const [at, branch] of [...list.querySelectorAll('details')].entries()) grow(branch, `${id}-${at}`);
    for (const item of list.querySelectorAll('li')) item.setAttribute('role', 'none');
    for (const link of list.querySelectorAll('a')) link.setAttribute('role', 'treeitem');
    for (const item of this.items) {
      item.setAttribute('aria-level', String(levelOf(item, list)));
      item.tabIndex = -1;
    }
    const first = list.querySelector<HTMLElement>('[role=treeitem][aria-current]') ?? this.items[0];
    if (first) first.tabIndex = 0;
    list.addEventListener('keydown', (event) => this.key(event));
    list.addEventListener('click', ({ target }) => this.click(target as Element));
    list.addEventListener('focusin', ({ target }) => this.rove(target as HTMLElement));
  }

  private get items(): HTMLElement[] {
    return [...this.list.querySelectorAll<HTMLElement>('[role=treeitem]')];
  }

  /** Those that no closed branch hides. */
  private get shown(): HTMLElement[] {
    return this.items.filter((item) => !item.closest('ul[hidden]'));
  }

  private rove(item: HTMLElement): void {
    if (item.getAttribute('role') !== 'treeitem') return;
    for (const other of this.items) other.tabIndex = other === item ? 0 : -1;
  }

  private click(target: Element): void {
    const branch = target.closest<HTMLElement>('.branch');
    if (branch) open(branch, !isOpen(branch));
  }

  private key(event: KeyboardEvent): void {
    const item = (event.target as Element).closest<HTMLElement>('[role=treeitem]');
    if (!item || event.ctrlKey || event.metaKey || event.altKey) return;
    const action = this.action(item, event.key);
    if (!action) return;
    event.preventDefault();
    action();
  }

  private action(item: HTMLElement, key: string): (() => void) | undefined {
    const go = (to: HTMLElement | undefined) => () => to?.focus();
    const shown = this.shown;
    const at = shown.indexOf(item);
    switch (key) {
      case 'ArrowDown':
        return go(shown[at + 1]);
      case 'ArrowUp':
        return go(shown[at - 1]);
      case 'Home':
        return go(shown[0]);
      case 'End':
        return go(shown.at(-1));
      case 'ArrowRight':
        if (!isBranch(item)) return () => undefined;
        return isOpen(item) ? go(shown[at + 1]) : () => open(item, true);
      case 'ArrowLeft':
        return isBranch(item) && isOpen(item) ? () => open(item, false) : go(parentOf(item, this.list));
      case 'Enter':
      case ' ':
        return () => item.click();
      case '*':
        return () => siblingsOf(item).forEach((other) => open(other, true));
      default:
        return key.length === 1 ? go(next(shown, at, key)) : undefined;
    }
  }
}

/** A branch that opens by itself as one of a tree. */
function grow(branch: HTMLDetailsElement, id: string): void {
  const [summary, group] = [branch.querySelector('summary'), branch.querySelector('ul')];
  if (!summary || !group) return;
  const item = document.createElement('span');
  item.className = 'branch';
  item.setAttribute('role', 'treeitem');
  item.setAttribute('aria-owns', id);
  item.append(...summary.childNodes);
  group.id = id;
  group.setAttribute('role', 'group');
  branch.replaceWith(item, group);
  open(item, branch.open);
}

const isBranch = (item: Element) => item.classList.contains('branch');
const isOpen = (item: Element) => item.getAttribute('aria-expanded') === 'true';

function open(branch: Element, isWanted: boolean): void {
  const group = branch.nextElementSibling;
  if (!isBranch(branch) || !(group instanceof HTMLUListElement)) return;
  branch.setAttribute('aria-expanded', String(isWanted));
  group.hidden = !isWanted;
}

function levelOf(item: Element, tree: Element): number {
  let level = 1;
  for (let list = item.closest('ul'); list && list !== tree; list = list.parentElement?.closest('ul') ?? null) level += 1;
  return level;
}

function parentOf(item: Element, tree: Element): HTMLElement | undefined {
  const group = item.closest('ul');
  return group && group !== tree ? (group.previousElementSibling as HTMLElement) : undefined;
}

function siblingsOf(item: Element): Element[] {
  return [...(item.closest('ul')?.children ?? [])].flatMap((entry) => [...entry.querySelectorAll(':scope > .branch')]);
}

/** The next one whose name begins so, from the top again if there is none below. */
function next(shown: readonly HTMLElement[], at: number, letter: string): HTMLElement | undefined {
  const begins = (item: HTMLElement) => (item.textContent ?? '').trim().toLowerCase().startsWith(letter.toLowerCase());
  return [...shown.slice(at + 1), ...shown.slice(0, at)].find(begins);
}
