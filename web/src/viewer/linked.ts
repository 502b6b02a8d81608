/** Views side by side: what one looks at, all look at, at the same scale. */
import type { Sphere } from 'three';

import type { OrbitCamera } from './camera';

interface Look {
  readonly from: Panes;
  readonly camera: [number, number, number];
  readonly target: [number, number, number];
  readonly isParallel: boolean;
}

/** One view among others; alone where the page has no panes. */
export class Panes {
  private readonly container: HTMLElement | null;

  constructor(
    viewer: HTMLElement,
    private readonly camera: OrbitCamera,
    private readonly onLook: (isParallel: boolean) => void,
    private readonly onSize: () => void,
  ) {
    this.container = viewer.closest<HTMLElement>('.panes');
    this.container?.addEventListener('look', (event) => this.follow((event as CustomEvent<Look>).detail));
    this.container?.addEventListener('size', () => this.onSize());
  }

  get isLinked(): boolean {
    return this.container !== null;
  }

  /** Tells the others where this one looks. */
  lead(): void {
    const detail: Look = { from: this, ...this.camera.view, isParallel: this.camera.isParallel };
    this.container?.dispatchEvent(new CustomEvent('look', { detail }));
  }

  /** The extent of a scene, as large as the largest of them. */
  shared(extent: Sphere): Sphere {
    if (!this.container) return extent;
    const most = Math.max(Number(this.container.dataset.radius ?? 0), extent.radius);
    if (most > Number(this.container.dataset.radius ?? 0)) {
      this.container.dataset.radius = String(most);
      this.container.dispatchEvent(new Event('size'));
    }
    const shared = extent.clone();
    shared.radius = most;
    return shared;
  }

  private follow({ from, camera, target, isParallel }: Look): void {
    if (from === this) return;
    this.camera.restore(camera, target);
    this.onLook(isParallel);
  }
}
