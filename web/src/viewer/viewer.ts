import { attachPointer, attachWheel, type Point } from './controls';
import { OrbitCamera, SNAP_VIEWS } from './camera';
import { inParallel, levelFor } from './detail';
import { button, element } from './dom';
import { helpDialog, INSTRUCTIONS } from './help';
import { OrientationMarks } from './labels';
import { loadMesh, patientAxes } from './loader';
import { sceneOf, type Part, type SceneModel } from './model';
import { PartList } from './parts';
import { PartScene, type PartLook } from './scene';
import { Toolbar } from './toolbar';

/** Radians a second while the view turns by itself. */
const TURN_PACE = 0.35;
const STEP = 0.16;
/** How long the camera rests before finer levels of what it looks at are fetched, in ms. */
const REST = 250;

interface PartState extends PartLook {
  readonly part: Part;
  /** Place of the level that is shown; -1 before the first has come. */
  level: number;
}

/**
 * A turning 3D view of the shapes that the page lists inside it.
 *
 * The picture inside stays until the first mesh is drawn, and for good where there is no WebGL.
 */
export class ShapeViewer extends HTMLElement {
  private readonly camera = new OrbitCamera();
  private readonly states = new Map<string, PartState>();
  private readonly stop = new AbortController();
  private model!: SceneModel;
  private scene!: PartScene;
  private stage!: HTMLElement;
  private toolbar!: Toolbar;
  private marks!: OrientationMarks;
  private list: PartList | null = null;
  private help = helpDialog();
  private readonly caption = element('div', { class: 'caption', hidden: true });
  private readonly note = element('p', { class: 'viewer-note', role: 'status' });
  private readonly selection = element('div', { class: 'selection', hidden: true });
  private turning = !window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  private onScreen = true;
  private isolated = false;
  /** Whether a person has moved the camera. */
  private touched = false;
  private frame = 0;
  private lastFrame = 0;
  private hasFrame = false;
  private rest = 0;

  connectedCallback(): void {
    if (this.stage) return;
    this.model = sceneOf(this);
    const canvas = element('canvas', { 'aria-hidden': 'true' });
    try {
      this.scene = new PartScene(canvas);
    } catch {
      const poster = this.querySelector('.poster');
      this.append(element('div', { class: 'frame' }, ...(poster ? [poster] : [])), this.note);
      this.say('This browser shows no 3D (WebGL is missing or switched off). The picture and the downloads remain.');
      return;
    }
    this.camera.jumps = !this.turning;
    for (const part of this.model.parts) {
      this.states.set(part.name, { part, visible: true, selected: false, hovered: false, level: -1 });
    }
    this.build(canvas);
    this.listen(canvas);
    void this.loadAll();
  }

  disconnectedCallback(): void {
    this.stop.abort();
    cancelAnimationFrame(this.frame);
    window.clearTimeout(this.rest);
    this.scene?.dispose();
  }

  private build(canvas: HTMLCanvasElement): void {
    const poster = this.querySelector('.poster');
    const instructions = element('p', { class: 'visually-hidden', id: 'viewer-instructions' }, INSTRUCTIONS);
    this.stage = element('div', {
      class: 'stage',
      role: 'application',
      tabindex: '0',
      'aria-label': `3D view: ${this.model.title}`,
      'aria-describedby': instructions.id,
    });
    this.stage.append(canvas);
    this.toolbar = new Toolbar({
      turn: () => this.toggleTurning(),
      zoomIn: () => this.move(() => this.camera.zoom(1.3)),
      zoomOut: () => this.move(() => this.camera.zoom(1 / 1.3)),
      reset: () => this.fit(),
      orthographic: () => this.toggleOrthographic(),
      fullDetail: () => void this.refine(this.visible(), 0),
      fullScreen: () => void this.toggleFullScreen(),
      help: () => this.help.showModal(),
    });
    this.toolbar.showTurning(this.turning);
    this.marks = new OrientationMarks((key) => this.snap(key));
    const frame = element('div', { class: 'frame' }, instructions);
    if (poster) frame.append(poster);
    frame.append(this.stage, this.caption, this.marks.node, this.toolbar.node, this.selection);
    this.append(frame, this.note, this.help);
    this.append(...this.panel());
  }

  private panel(): Node[] {
    if (this.model.parts.length < 2) return [];
    this.list = new PartList(this.model.parts, {
      show: (names, visible) => this.show(names, visible),
      select: (name) => this.select(name),
      hover: (name) => this.hover(name),
      retry: (name) => void this.load(this.state(name), 0),
    });
    this.classList.add('has-parts');
    return [this.list.node];
  }

  private listen(canvas: HTMLCanvasElement): void {
    attachPointer(this.stage, {
      orbit: (right, down) => this.move(() => this.camera.orbit(-right * 4, down * 4)),
      pan: (right, down) => this.move(() => this.camera.pan(right, -down)),
      zoom: (factor) => this.move(() => this.camera.zoom(factor)),
      hover: (point) => this.hover(point && this.pick(point)),
      click: (point) => {
        this.stopTurning();
        if (this.list) this.select(this.pick(point));
      },
      doubleClick: (point) => this.approach(this.pick(point)),
    });
    attachWheel(
      this.stage,
      (factor) => this.move(() => this.camera.zoom(factor)),
      () => this.say('Click the view first to zoom with the wheel.'),
    );
    this.stage.addEventListener('keydown', (event) => this.key(event));
    new ResizeObserver(() => this.resize()).observe(this.stage);
    new IntersectionObserver(([entry]) => {
      this.onScreen = entry?.isIntersecting ?? true;
      this.draw();
    }).observe(this.stage);
    canvas.addEventListener('webglcontextlost', (event) => {
      event.preventDefault();
      this.classList.remove('is-live');
      this.hasFrame = false;
    });
    canvas.addEventListener('webglcontextrestored', () => this.draw());
  }

  private key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const action = this.action(event);
    if (!action) return;
    event.preventDefault();
    action();
  }

  private action({ key, shiftKey }: KeyboardEvent): (() => void) | undefined {
    const go = (right: number, up: number) => () =>
      this.move(() =>
        shiftKey
          ? this.camera.pan(-right * STEP * 0.5, -up * STEP * 0.5)
          : this.camera.orbit(right * STEP, up * STEP),
      );
    if (SNAP_VIEWS.has(key)) return () => this.snap(key);
    const actions: Record<string, () => void> = {
      ArrowLeft: go(-1, 0),
      ArrowRight: go(1, 0),
      ArrowUp: go(0, 1),
      ArrowDown: go(0, -1),
      '+': () => this.move(() => this.camera.zoom(1.2)),
      '=': () => this.move(() => this.camera.zoom(1.2)),
      '-': () => this.move(() => this.camera.zoom(1 / 1.2)),
      f: () => this.fit(),
      o: () => this.toggleOrthographic(),
      t: () => this.toggleTurning(),
      i: () => this.isolate(),
      h: () => this.hide(),
      a: () => this.showAll(),
      Escape: () => this.select(null),
      '?': () => this.help.showModal(),
    };
    return actions[key];
  }

  // ---- the camera -------------------------------------------------------------------------------

  /** Something a person did: from then on the view turns no more by itself. */
  private move(change: () => void): void {
    this.touched = true;
    this.stopTurning();
    change();
    this.draw();
    this.refineAtRest();
  }

  private snap(key: string): void {
    const view = SNAP_VIEWS.get(key);
    if (!view) return;
    this.move(() => this.camera.look(view));
    this.say(`View from ${view.name}.`);
  }

  private fit(): void {
    const extent = this.scene.extent((name) => this.state(name).visible);
    if (extent) this.move(() => this.camera.fit(extent));
  }

  private approach(name: string | null): void {
    const extent = this.scene.extent((other) => other === name);
    if (extent) this.move(() => this.camera.fit(extent));
  }

  private toggleOrthographic(): void {
    this.move(() => {
      const isOn = this.camera.toggleOrthographic();
      this.toolbar.showOrthographic(isOn);
      this.say(isOn ? 'Parallel projection.' : 'Perspective.');
    });
  }

  private toggleTurning(): void {
    this.turning = !this.turning;
    this.toolbar.showTurning(this.turning);
    this.draw();
  }

  private stopTurning(): void {
    if (this.turning) this.toggleTurning();
  }

  private async toggleFullScreen(): Promise<void> {
    if (document.fullscreenElement) await document.exitFullscreen();
    else await this.requestFullscreen();
  }

  private resize(): void {
    const { clientWidth, clientHeight } = this.stage;
    if (clientWidth === 0 || clientHeight === 0) return;
    this.scene.resize(clientWidth, clientHeight);
    this.camera.resize(clientWidth, clientHeight);
    this.draw();
  }

  /** Asks for a frame; nothing is drawn while nothing changes. */
  private draw(): void {
    if (this.frame === 0) this.frame = requestAnimationFrame((time) => this.render(time));
  }

  private render(time: number): void {
    this.frame = 0;
    const seconds = Math.min((time - this.lastFrame) / 1000, 0.1);
    this.lastFrame = time;
    const turns = this.turning && this.onScreen && this.hasFrame;
    if (turns) this.camera.orbit(seconds * TURN_PACE, 0);
    const moves = this.camera.step(seconds);
    this.scene.render(this.camera.camera);
    this.marks.update(this.camera.camera, this.camera.axes);
    if (!this.hasFrame && [...this.states.values()].some(({ level }) => level >= 0)) {
      this.hasFrame = true;
      this.classList.add('is-live');
    }
    // Read again: the first frame may just have come.
    if (moves || (this.turning && this.onScreen)) this.draw();
  }

  // ---- the parts --------------------------------------------------------------------------------

  private state(name: string): PartState {
    const state = this.states.get(name);
    if (!state) throw new Error(`${name} is no part of this scene`);
    return state;
  }

  private visible(): PartState[] {
    return [...this.states.values()].filter((state) => state.visible);
  }

  private selected(): PartState | undefined {
    return [...this.states.values()].find((state) => state.selected);
  }

  private pick({ x, y }: Point): string | null {
    return this.scene.pick(x, y, this.camera.camera);
  }

  private change(isChanged: (state: PartState) => boolean): void {
    for (const [name, state] of this.states) {
      if (!isChanged(state)) continue;
      this.scene.style(name, state);
      this.list?.update(name, state);
    }
    this.list?.updateSystems((name) => this.state(name).visible);
    this.offerDetail();
    this.refineAtRest();
    this.draw();
  }

  private show(names: readonly string[], visible: boolean): void {
    const wanted = new Set(names);
    this.isolated = false;
    this.change((state) => wanted.has(state.part.name) && ((state.visible = visible), true));
  }

  private showAll(): void {
    this.show([...this.states.keys()], true);
    this.say('All structures are shown.');
  }

  private hover(name: string | null): void {
    if (!this.list) return;
    this.caption.hidden = name === null;
    this.caption.textContent = name === null ? '' : this.state(name).part.label;
    this.change((state) => {
      const hovered = state.part.name === name;
      return hovered !== state.hovered && ((state.hovered = hovered), true);
    });
  }

  private select(name: string | null): void {
    this.change((state) => {
      const selected = state.part.name === name;
      return selected !== state.selected && ((state.selected = selected), true);
    });
    this.showSelection();
    const state = this.selected();
    if (!state) return;
    this.say(`Selected: ${state.part.label}.`);
    void this.refine([state], 0);
  }

  private showSelection(): void {
    const part = this.selected()?.part;
    this.selection.hidden = !part;
    if (!part) return;
    this.selection.replaceChildren(
      element('strong', {}, part.label),
      button('Isolate', { class: 'button', title: 'Isolate (i)' }, () => this.isolate()),
      button('Hide', { class: 'button', title: 'Hide (h)' }, () => this.hide()),
      button('Show all', { class: 'button', title: 'Show all (a)' }, () => this.showAll()),
      element('a', { class: 'button', href: part.href }, 'Open its page'),
    );
  }

  private isolate(): void {
    const selected = this.selected();
    if (!selected) return this.say('Select a structure first.');
    this.isolated = !this.isolated;
    this.change((state) => ((state.visible = !this.isolated || state === selected), true));
    this.say(this.isolated ? `Only ${selected.part.label} is shown.` : 'All structures are shown.');
  }

  private hide(): void {
    const selected = this.selected();
    if (!selected) return this.say('Select a structure first.');
    this.show([selected.part.name], false);
    this.select(null);
    this.say(`${selected.part.label} is hidden.`);
  }

  // ---- the files --------------------------------------------------------------------------------

  /** First something of everything, then as much of each part as can be seen. */
  private async loadAll(): Promise<void> {
    this.draw();
    const states = [...this.states.values()];
    let done = 0;
    await inParallel(states, async (state) => {
      await this.load(state, 0);
      done += 1;
      // One alone has nothing to count, and its failure is not to be talked over.
      if (states.length > 1) this.say(done < states.length ? `Loading ${done} of ${states.length}` : '');
    });
    await this.refine(this.visible());
    if (this.model.fullDetail) await this.refine(states, 0);
  }

  /** Fetches, for each part, the level whose error is below a pixel, or below `mmPerPixel`. */
  private async refine(states: readonly PartState[], mmPerPixel?: number): Promise<void> {
    const wanted = states
      .map((state) => ({ state, level: levelFor(state.part.levels, mmPerPixel ?? this.mmPerPixel(state)) }))
      .filter(({ state, level }) => state.level >= 0 && level > state.level);
    await inParallel(wanted, ({ state, level }) => this.load(state, level));
    this.offerDetail();
  }

  /** Fetches what can be seen now, once the camera or the choice of parts has come to rest. */
  private refineAtRest(): void {
    window.clearTimeout(this.rest);
    this.rest = window.setTimeout(() => void this.refine(this.visible()), REST);
  }

  /** What a pixel covers where a part is nearest; nothing can be seen of one out of the view. */
  private mmPerPixel({ part }: PartState): number {
    const extent = this.scene.extent((name) => name === part.name);
    const height = this.stage.clientHeight * Math.min(window.devicePixelRatio, 2);
    return extent && height > 0 && this.camera.sees(extent) ? this.camera.metresPerPixel(extent, height) * 1000 : Infinity;
  }

  private offerDetail(): void {
    const coarse = this.visible().filter(({ part, level }) => level >= 0 && level < part.levels.length - 1);
    const bytes = coarse.reduce((sum, { part }) => sum + (part.levels.at(-1)?.bytes ?? 0), 0);
    this.toolbar.offerDetail(coarse.length > 0 ? bytes : null);
  }

  private async load(state: PartState, level: number): Promise<void> {
    const { part } = state;
    const url = part.levels[level]?.url;
    if (!url) return this.list?.progress(part, { failed: 'no mesh is stored' });
    try {
      const loaded = await loadMesh(url, this.stop.signal);
      // A finer level may have come first.
      if (this.stop.signal.aborted || state.level >= level) return;
      const isFirst = [...this.states.values()].every((other) => other.level < 0);
      if (isFirst) this.camera.axes = patientAxes(loaded);
      const isNew = state.level < 0;
      this.scene.put(part.name, loaded, part.colour);
      state.level = level;
      this.scene.style(part.name, state);
      this.list?.progress(part, 'shown');
      this.frameAll(isNew);
    } catch (error) {
      if (this.stop.signal.aborted) return;
      this.fail(state, error instanceof Error ? error.message : String(error));
    }
  }

  /** Keeps all of the scene in sight while it grows, unless a person has taken over. */
  private frameAll(grew: boolean): void {
    const extent = this.scene.extent(() => true);
    if (extent) this.camera.setExtent(extent);
    if (extent && grew && !this.touched) {
      this.camera.fit(extent);
      if (!this.hasFrame) this.camera.arrive();
    }
    this.draw();
  }

  private fail(state: PartState, reason: string): void {
    this.list?.progress(state.part, { failed: reason });
    if (this.list) return;
    const retry = button('Retry', { class: 'button' }, () => {
      this.say('');
      void this.load(state, 0);
    });
    this.note.replaceChildren(`The mesh could not be shown: ${reason}. `, retry);
  }

  /** Says something that a person should notice. */
  private say(text: string): void {
    this.note.textContent = text;
  }
}
