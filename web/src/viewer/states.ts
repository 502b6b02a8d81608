import type { Part } from './model';
import type { PartLook } from './scene';

/** How a part is shown. */
export interface PartState extends PartLook {
  readonly part: Part;
  /** Place of the level that is shown; -1 before the first has come. */
  level: number;
}

/** How each part of the scene is shown. */
export class PartStates {
  private readonly byName: ReadonlyMap<string, PartState>;

  constructor(parts: readonly Part[]) {
    const begin = { visible: true, selected: false, hovered: false, opacity: 100, level: -1 };
    this.byName = new Map(parts.map((part) => [part.name, { part, ...begin }]));
  }

  get all(): PartState[] {
    return [...this.byName.values()];
  }

  get visible(): PartState[] {
    return this.all.filter((state) => state.visible);
  }

  get selected(): PartState | undefined {
    return this.all.find((state) => state.selected);
  }

  of(name: string): PartState {
    const state = this.byName.get(name);
    if (!state) throw new Error(`${name} is no part of this scene`);
    return state;
  }
}
