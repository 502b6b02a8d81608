import { element } from './dom';
import type { PartScene } from './scene';
import { SelectionBar } from './selection';
import type { PartState, PartStates } from './states';
import { t } from './texts';

/** How opaque a ghost is, in percent. */
const GHOST = 20;

/** What the view is told. */
export interface LookListener {
  changed(state: PartState): void;
  /** All that was to change has changed. */
  settled(): void;
  selected(state: PartState): void;
  say(text: string): void;
}

/** What is visible, selected, a ghost: for the structures of a scene, by name or by what is selected. */
export class Looks {
  readonly caption = element('div', { class: 'caption', hidden: true });
  readonly selection = new SelectionBar(this);
  private isolated = false;

  constructor(
    private readonly states: PartStates,
    private readonly scene: PartScene,
    private readonly listener: LookListener,
  ) {}

  /** Shows anew each part that `isChanged` has changed. */
  change(isChanged: (state: PartState) => boolean): void {
    for (const state of this.states.all.filter(isChanged)) {
      this.scene.style(state.part.name, state);
      this.listener.changed(state);
    }
    this.selection.show(this.states.selected?.part);
    this.listener.settled();
  }

  fade(isWanted: (state: PartState) => boolean, opacity: number): void {
    this.change((state) => isWanted(state) && ((state.opacity = opacity), true));
  }

  show(names: readonly string[], visible: boolean): void {
    const wanted = new Set(names);
    this.isolated = false;
    this.change((state) => wanted.has(state.part.name) && ((state.visible = visible), true));
  }

  showAll(): void {
    this.show(
      this.states.all.map(({ part }) => part.name),
      true,
    );
    this.listener.say(t('allShown'));
  }

  hover(name: string | null): void {
    this.caption.hidden = name === null;
    this.caption.textContent = name === null ? '' : this.states.of(name).part.label;
    this.change((state) => {
      const hovered = state.part.name === name;
      return hovered !== state.hovered && ((state.hovered = hovered), true);
    });
  }

  select(name: string | null): void {
    this.change((state) => {
      const selected = state.part.name === name;
      return selected !== state.selected && ((state.selected = selected), true);
    });
    const state = this.states.selected;
    if (!state) return;
    this.listener.say(t('selected', { name: state.part.label }));
    this.listener.selected(state);
  }

  ghostSelected(): void {
    const selected = this.states.selected;
    if (!selected) return this.listener.say(t('selectFirst'));
    this.fade((state) => state === selected, selected.opacity < 100 ? 100 : GHOST);
    this.listener.say(t(selected.opacity < 100 ? 'isGhost' : 'isSolid', { name: selected.part.label }));
  }

  /** All but the selected structure; all of them if they are ghosts already. */
  ghostOthers(): void {
    const selected = this.states.selected;
    const isGhostly = this.states.all.some((state) => state !== selected && state.opacity < 100);
    this.fade((state) => state !== selected, isGhostly ? 100 : GHOST);
    this.listener.say(t(isGhostly ? 'allSolid' : 'othersGhost'));
  }

  isolate(): void {
    const selected = this.states.selected;
    if (!selected) return this.listener.say(t('selectFirst'));
    this.isolated = !this.isolated;
    this.change((state) => ((state.visible = !this.isolated || state === selected), true));
    this.listener.say(this.isolated ? t('onlyShown', { name: selected.part.label }) : t('allShown'));
  }

  hide(): void {
    const selected = this.states.selected;
    if (!selected) return this.listener.say(t('selectFirst'));
    this.show([selected.part.name], false);
    this.select(null);
    this.listener.say(t('isHidden', { name: selected.part.label }));
  }
}
