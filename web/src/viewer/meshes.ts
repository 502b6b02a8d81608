import type { OrbitCamera } from './camera';
import { inParallel, levelFor } from './detail';
import { colourByDistance, matrixOf } from './difference';
import { loadMesh, type LoadedMesh } from './loader';
import type { Part } from './model';
import type { PartScene } from './scene';
import type { PartState, PartStates } from './states';
import { t } from './texts';

/** What the view is told, and asked. */
export interface MeshListener {
  /** Pixels of the view from top to bottom. */
  height(): number;
  /** A level of a part is in the scene; the first one of it if it is new. */
  came(state: PartState, isNew: boolean): void;
  failed(state: PartState, reason: string): void;
  /** Bytes that the finest levels of what is visible have; `null` if they are there. */
  finest(bytes: number | null): void;
}

/** Fetches meshes of the parts: first the coarsest of all, then as much of each as can be seen. */
export class Meshes {
  private readonly stopped = new AbortController();

  constructor(
    private readonly states: PartStates,
    private readonly scene: PartScene,
    private readonly camera: OrbitCamera,
    private readonly listener: MeshListener,
  ) {}

  stop(): void {
    this.stopped.abort();
  }

  /** Something of everything; tells how many of how many are done. */
  async loadFirst(tell: (done: number, all: number) => void): Promise<void> {
    const states = this.states.all;
    let done = 0;
    await inParallel(states, async (state) => {
      await this.load(state, 0);
      done += 1;
      tell(done, states.length);
    });
  }

  /** Fetches, for each part, the level whose error is below a pixel, or below `mmPerPixel`. */
  async refine(states: readonly PartState[], mmPerPixel?: number): Promise<void> {
    const wanted = states
      .map((state) => ({ state, level: levelFor(state.part.levels, mmPerPixel ?? this.mmPerPixel(state)) }))
      .filter(({ state, level }) => state.level >= 0 && level > state.level);
    await inParallel(wanted, ({ state, level }) => this.load(state, level));
    this.offerFinest();
  }

  offerFinest(): void {
    const coarse = this.states.visible.filter(({ part, level }) => level >= 0 && level < part.levels.length - 1);
    const bytes = coarse.reduce((sum, { part }) => sum + (part.levels.at(-1)?.bytes ?? 0), 0);
    this.listener.finest(coarse.length > 0 ? bytes : null);
  }

  async load(state: PartState, level: number): Promise<void> {
    const { part } = state;
    const url = part.levels[level]?.url;
    if (!url) return this.listener.failed(state, t('noMesh'));
    try {
      const loaded = await this.fetch(part, url);
      // A finer level may have come first.
      if (this.stopped.signal.aborted || state.level >= level) return;
      this.put(state, level, loaded);
    } catch (error) {
      if (this.stopped.signal.aborted) return;
      this.listener.failed(state, error instanceof Error ? error.message : String(error));
    }
  }

  private put(state: PartState, level: number, loaded: LoadedMesh): void {
    const { part } = state;
    const isFirst = this.states.all.every((other) => other.level < 0);
    if (isFirst) this.camera.axes = loaded.axes;
    const isNew = state.level < 0;
    this.scene.put(part.name, loaded, part.colour, part.solid);
    state.level = level;
    this.scene.style(part.name, state);
    this.listener.came(state, isNew);
  }

  private async fetch(part: Part, url: string): Promise<LoadedMesh> {
    const loaded = await loadMesh(url, this.stopped.signal);
    if (part.placement) loaded.sceneFromFile.multiply(matrixOf(part.placement));
    if (part.distances) await colourByDistance(loaded.geometry, part.distances, this.stopped.signal);
    return loaded;
  }

  /** What a pixel covers where a part is nearest; nothing can be seen of one out of the view. */
  private mmPerPixel({ part }: PartState): number {
    const extent = this.scene.extent((name) => name === part.name);
    const height = this.listener.height();
    return extent && height > 0 && this.camera.sees(extent) ? this.camera.metresPerPixel(extent, height) * 1000 : Infinity;
  }
}
