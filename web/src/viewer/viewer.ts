import { attachPointer, attachWheel, type Point } from './controls';
import { OrbitCamera, SNAP_VIEWS } from './camera';
import { button, element, save } from './dom';
import { helpDialog } from './help';
import { obey, type Commands } from './keys';
import { OrientationMarks } from './labels';
import { Panes } from './linked';
import { Looks } from './looks';
import { Measuring } from './measuring';
import { Meshes } from './meshes';
import { sceneOf, type SceneModel } from './model';
import { PartList } from './parts';
import { Past } from './past';
import { compose, creditOf, withCredit } from './picture';
import { ScaleBar } from './scale-bar';
import { PartScene } from './scene';
import { shareable } from './short-link';
import { keyOf, read, write, type Clip, type ViewState } from './state';
import { PartStates, type PartState } from './states';
import { Toolbar } from './toolbar';
import { Tools } from './tools';
import { t } from './texts';

/** Radians a second while the view turns by itself. */
const TURN_PACE = 0.35;
const STEP = 0.16;
/** How long the camera rests before finer levels of what it looks at are fetched, in ms. */
const REST = 250;
/** Pixels of a saved picture for one on screen. */
const PICTURE_RATIO = 2;

let nViewers = 0;

/**
 * A turning 3D view of the shapes that the page lists inside it.
 *
 * The picture inside stays until the first mesh is drawn, and for good where there is no WebGL.
 */
export class ShapeViewer extends HTMLElement {
  private readonly camera = new OrbitCamera();
  private model!: SceneModel;
  private states!: PartStates;
  private meshes!: Meshes;
  private looks!: Looks;
  private scene!: PartScene;
  private stage!: HTMLElement;
  private toolbar!: Toolbar;
  private marks!: OrientationMarks;
  private tools!: Tools;
  private measuring!: Measuring;
  private readonly bar = new ScaleBar();
  private list: PartList | null = null;
  private clips: readonly Clip[] = [];
  private explosion = 0;
  /** What the address asked for; done once all parts are there. */
  private asked: ViewState = read(location.search);
  private panes!: Panes;
  private isRestored = false;
  private readonly past = new Past();
  private help = helpDialog();
  private readonly note = element('p', { class: 'viewer-note', role: 'status' });
  private turning = !window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  private onScreen = true;
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
      this.say(t('noWebgl'));
      return;
    }
    this.camera.jumps = !this.turning;
    this.panes = new Panes(
      this,
      this.camera,
      (isParallel) => this.follow(isParallel),
      () => this.frameAll(true),
    );
    if (this.panes.isLinked) this.turning = false;
    // Of several views on a page the first alone stands in the address.
    if (document.querySelector('shape-viewer') !== this) {
      const { camera, target, orthographic } = this.asked;
      this.asked = { ...read(''), camera, target, orthographic };
    }
    this.states = new PartStates(this.model.parts);
    this.meshes = new Meshes(this.states, this.scene, this.camera, {
      height: () => this.stage.clientHeight * Math.min(window.devicePixelRatio, 2),
      came: (state, isNew) => this.cameIn(state, isNew),
      failed: (state, reason) => this.fail(state, reason),
      finest: (bytes) => this.toolbar.offerDetail(bytes),
    });
    this.looks = new Looks(this.states, this.scene, {
      changed: (part) => this.list?.update(part.part.name, part),
      settled: () => this.settled(),
      selected: (part) => void this.meshes.refine([part], 0),
      say: (text) => this.say(text),
    });
    this.build(canvas);
    this.listen(canvas);
    void this.loadAll();
  }

  disconnectedCallback(): void {
    this.meshes?.stop();
    cancelAnimationFrame(this.frame);
    window.clearTimeout(this.rest);
    this.scene?.dispose();
  }

  private build(canvas: HTMLCanvasElement): void {
    const poster = this.querySelector('.poster');
    const instructions = element('p', { class: 'visually-hidden', id: `viewer-instructions-${(nViewers += 1)}` }, t('instructions'));
    this.stage = element('div', {
      class: 'stage',
      role: 'application',
      tabindex: '0',
      'aria-label': t('stage', { title: this.model.title }),
      'aria-describedby': instructions.id,
    });
    this.stage.append(canvas);
    this.toolbar = new Toolbar({
      turn: () => this.toggleTurning(),
      zoomIn: () => this.move(() => this.camera.zoom(1.3)),
      zoomOut: () => this.move(() => this.camera.zoom(1 / 1.3)),
      reset: () => this.fit(),
      orthographic: () => this.toggleOrthographic(),
      fullDetail: () => void this.meshes.refine(this.states.visible, 0),
      picture: () => void this.savePicture(),
      copyLink: () => void this.copyLink(),
      fullScreen: () => void this.toggleFullScreen(),
      help: () => this.help.showModal(),
    });
    this.toolbar.showTurning(this.turning);
    this.marks = new OrientationMarks((key) => this.snap(key));
    const frame = element('div', { class: 'frame' }, instructions);
    if (poster) frame.append(poster);
    this.measuring = new Measuring(this.scene, {
      changed: () => this.changed(),
      say: (text) => this.say(text),
    });
    this.tools = new Tools(this.model.parts.length > 1, {
      explode: (share) => this.explode(share),
      clip: (clips) => this.clip(clips),
      startMeasuring: (nPoints) => this.startMeasuring(nPoints),
      renameMeasure: (at, name) => this.measuring.rename(at, name),
      removeMeasure: (at) => this.measuring.remove(at),
      exportMeasures: () => this.measuring.export(this.model.title),
    });
    this.updateTools();
    frame.append(this.stage, this.measuring.labels, this.looks.caption, this.bar.node, this.marks.node, this.toolbar.node, this.looks.selection.node);
    this.append(frame, this.note, this.tools.node, this.help);
    this.append(...this.panel());
    this.apply(this.asked);
  }

  private panel(): Node[] {
    if (this.model.parts.length < 2) return [];
    this.list = new PartList(this.model.parts, {
      show: (names, visible) => this.looks.show(names, visible),
      select: (name) => this.looks.select(name),
      hover: (name) => this.looks.hover(name),
      retry: (name) => void this.meshes.load(this.states.of(name), 0),
      fade: (name, opacity) => this.looks.fade((state) => state.part.name === name, opacity),
      colour: (name, colour) => {
        this.scene.paint(name, colour);
        this.draw();
      },
    });
    this.classList.add('has-parts');
    return [this.list.node];
  }

  private listen(canvas: HTMLCanvasElement): void {
    attachPointer(this.stage, {
      orbit: (right, down) => this.move(() => this.camera.orbit(-right * 4, down * 4)),
      pan: (right, down) => this.move(() => this.camera.pan(right, -down)),
      zoom: (factor) => this.move(() => this.camera.zoom(factor)),
      hover: (point) => this.list && this.looks.hover(point && this.pick(point)),
      click: (point) => {
        this.stopTurning();
        if (this.measuring.isActive) this.measure(point);
        else if (this.list) this.looks.select(this.pick(point));
      },
      doubleClick: (point) => this.approach(this.pick(point)),
    });
    attachWheel(
      this.stage,
      (factor) => this.move(() => this.camera.zoom(factor)),
      () => this.say(t('clickFirst')),
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
    const isPoint = this.measuring.isActive && (event.key === 'Enter' || event.key === ' ');
    if (isPoint) this.measure({ x: 0, y: 0 });
    if (isPoint || obey(event, this.commands)) event.preventDefault();
  }

  private readonly commands: Commands = {
    orbit: (right, up) => this.move(() => this.camera.orbit(right * STEP, up * STEP)),
    pan: (right, up) => this.move(() => this.camera.pan(-right * STEP * 0.5, -up * STEP * 0.5)),
    zoom: (factor) => this.move(() => this.camera.zoom(factor)),
    snap: (key) => this.snap(key),
    fit: () => this.fit(),
    toggleOrthographic: () => this.toggleOrthographic(),
    toggleTurning: () => this.toggleTurning(),
    isolate: () => this.looks.isolate(),
    hide: () => this.looks.hide(),
    ghostSelected: () => this.looks.ghostSelected(),
    ghostOthers: () => this.looks.ghostOthers(),
    showAll: () => this.looks.showAll(),
    toggleExplosion: () => this.explode(this.explosion > 0 ? 0 : 0.5),
    toggleCut: () => this.clip(this.clips.length > 0 ? [] : [{ axis: 'y', at: 0.5, flipped: false }]),
    measure: () => this.startMeasuring(2),
    savePicture: () => void this.savePicture(),
    copyLink: () => void this.copyLink(),
    undo: () => this.goTo(this.past.undo()),
    redo: () => this.goTo(this.past.redo()),
    leave: () => (this.measuring.isActive ? this.stopMeasuring() : this.looks.select(null)),
    help: () => this.help.showModal(),
  };

  // ---- the camera -------------------------------------------------------------------------------

  /** Something a person did: from then on the view turns no more by itself. */
  private move(change: () => void): void {
    this.touched = true;
    this.stopTurning();
    change();
    this.panes.lead();
    this.draw();
    this.refineAtRest();
  }

  /** Another view of the page has moved. */
  private follow(isParallel: boolean): void {
    this.touched = true;
    if (isParallel !== this.camera.isParallel) this.toolbar.showOrthographic(this.camera.toggleOrthographic());
    this.draw();
    this.refineAtRest();
  }

  private snap(key: string): void {
    const view = SNAP_VIEWS.get(key);
    if (!view) return;
    this.move(() => this.camera.look(view));
    this.say(t('viewed', { side: t(view.name) }));
  }

  private fit(): void {
    const extent = this.scene.extent((name) => this.states.of(name).visible);
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
      this.say(t(isOn ? 'parallelOn' : 'perspectiveOn'));
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
    this.scene.render(this.camera.camera, this.camera.axes);
    this.bar.update(this.camera.metresPerPixelAtTarget(this.stage.clientHeight) * 1000);
    this.measuring.place(this.camera.camera, this.stage.clientWidth, this.stage.clientHeight);
    this.marks.update(this.camera.camera, this.camera.axes);
    if (!this.hasFrame && this.states.all.some(({ level }) => level >= 0)) {
      this.hasFrame = true;
      this.classList.add('is-live');
    }
    // Read again: the first frame may just have come.
    if (moves || (this.turning && this.onScreen)) this.draw();
  }

  // ---- the parts --------------------------------------------------------------------------------

  private pick({ x, y }: Point): string | null {
    return this.scene.pick(x, y, this.camera.camera);
  }

  private explode(share: number): void {
    this.explosion = share;
    this.scene.explode(share);
    const extent = this.scene.extent(() => true);
    if (extent) this.camera.setExtent(extent);
    if (extent && !this.touched) this.camera.fit(extent);
    this.refineAtRest();
    this.changed();
  }

  private clip(clips: readonly Clip[]): void {
    this.clips = clips;
    this.scene.clip(clips);
    this.changed();
  }

  private startMeasuring(nPoints: 2 | 3): void {
    this.stopTurning();
    this.tools.open();
    this.measuring.start(nPoints);
    this.stage.classList.add('is-measuring');
    this.stage.focus();
  }

  private stopMeasuring(): void {
    this.measuring.stop();
    this.stage.classList.remove('is-measuring');
    this.say('');
  }

  private measure({ x, y }: Point): void {
    const hit = this.scene.touch(x, y, this.camera.camera);
    if (!hit) return this.say(t('nothingToMeasure'));
    this.measuring.add(hit.point);
    if (!this.measuring.isActive) this.stage.classList.remove('is-measuring');
  }

  // ---- the address ------------------------------------------------------------------------------

  private get current(): ViewState {
    const states = this.states.all;
    const { camera, target } = this.camera.view;
    return {
      camera: this.touched ? camera : null,
      target: this.touched ? target : [0, 0, 0],
      orthographic: this.camera.isParallel,
      hidden: states.filter(({ visible }) => !visible).map(({ part }) => keyOf(part.name)),
      opacities: new Map(states.filter(({ opacity }) => opacity < 100).map(({ part, opacity }) => [keyOf(part.name), opacity])),
      clips: this.clips,
      explosion: this.explosion,
      measures: this.measuring.all,
      selected: this.list ? (this.states.selected ? keyOf(this.states.selected?.part.name ?? '') : null) : null,
    };
  }

  /** Makes it so, as far as what is loaded allows. */
  private apply(state: ViewState): void {
    for (const shown of this.states.all) {
      const key = keyOf(shown.part.name);
      shown.visible = !state.hidden.includes(key);
      shown.opacity = state.opacities.get(key) ?? 100;
      shown.selected = this.list !== null && key === state.selected;
    }
    if (state.camera) {
      this.touched = true;
      this.stopTurning();
      this.camera.restore(state.camera, state.target);
    }
    if (state.orthographic !== this.camera.isParallel) this.toolbar.showOrthographic(this.camera.toggleOrthographic());
    this.clips = state.clips;
    this.explosion = state.explosion;
    this.scene.clip(state.clips);
    this.scene.explode(state.explosion);
    this.measuring.restore(state.measures);
    this.updateTools();
    if (state.clips.length > 0 || state.measures.length > 0 || state.explosion > 0) this.tools.open();
    this.looks.change(() => true);
  }

  /** Parts look otherwise than before. */
  private settled(): void {
    this.list?.updateSystems((name) => this.states.of(name).visible);
    this.meshes.offerFinest();
    this.changed();
  }

  /** Something that the address says has changed. */
  private changed(): void {
    this.updateTools();
    this.draw();
    this.refineAtRest();
  }

  private updateTools(): void {
    this.tools.update(this.explosion, this.clips, this.measuring.valued);
  }

  /** Writes the state into the address, without a step in the history. */
  private remember(): void {
    if (!this.isRestored || document.querySelector('shape-viewer') !== this) return;
    this.past.remember(write(location.search, this.current));
  }

  /** Makes it as the address says now. */
  private goTo(query: string | null): void {
    if (query === null) return this.say(t('nothingToUndo'));
    const state = read(query);
    this.apply(state);
    if (!state.camera) this.fit();
  }

  private async copyLink(): Promise<void> {
    this.remember();
    try {
      const link = await shareable(location);
      await navigator.clipboard.writeText(link);
      this.say(t(link === location.href ? 'linkCopied' : 'shortCopied'));
    } catch {
      this.say(t('linkInBar'));
    }
  }

  /** What is on screen, with title, licence, citation and scale, as a PNG. */
  private async savePicture(): Promise<void> {
    this.remember();
    const credit = creditOf(this.model);
    const far = getComputedStyle(this.stage.parentElement ?? this).getPropertyValue('--stage-far');
    const canvas = this.scene.photograph(this.camera.camera, this.camera.axes, PICTURE_RATIO, (drawn) => compose(drawn, credit, this.bar.shown, PICTURE_RATIO, far));
    this.measuring.paint(canvas, PICTURE_RATIO);
    this.draw();
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
    if (!blob) return this.say(t('noPicture'));
    save(withCredit(new Uint8Array(await blob.arrayBuffer()), credit), `${this.model.title.replace(/[^\p{L}\p{N}]+/gu, '-')}.png`);
    this.say(t('pictureSaved'));
  }

  // ---- the files --------------------------------------------------------------------------------

  private async loadAll(): Promise<void> {
    this.draw();
    await this.meshes.loadFirst((done, all) => {
      // One alone has nothing to count, and its failure is not to be talked over.
      if (all > 1) this.say(done < all ? t('loading', { done, all }) : '');
    });
    this.restore();
    await this.meshes.refine(this.states.visible);
    if (this.model.fullDetail) await this.meshes.refine(this.states.all, 0);
  }

  /** What the address asked for, once the size of the scene is known. */
  private restore(): void {
    this.isRestored = true;
    this.scene.explode(this.explosion);
    const whole = this.scene.extent(() => true);
    const extent = whole && this.panes.shared(whole);
    if (extent) this.camera.setExtent(extent);
    this.measuring.restore(this.asked.measures);
    if (this.asked.camera) this.camera.restore(this.asked.camera, this.asked.target);
    else if (extent && !this.touched) this.camera.fit(extent);
    this.camera.arrive();
    this.looks.change(() => true);
  }

  /** Fetches what can be seen now, once the camera or the choice of parts has come to rest. */
  private refineAtRest(): void {
    window.clearTimeout(this.rest);
    this.rest = window.setTimeout(() => {
      this.remember();
      void this.meshes.refine(this.states.visible);
    }, REST);
  }

  private cameIn(state: PartState, isNew: boolean): void {
    this.list?.progress(state.part, 'shown');
    this.frameAll(isNew);
  }

  /** Keeps all of the scene in sight while it grows, unless a person has taken over. */
  private frameAll(grew: boolean): void {
    const whole = this.scene.extent(() => true);
    const extent = whole && this.panes.shared(whole);
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
    const retry = button(t('retry'), { class: 'button' }, () => {
      this.say('');
      void this.meshes.load(state, 0);
    });
    this.note.replaceChildren(`${t('notShown', { reason })} `, retry);
  }

  /** Says something that a person should notice. */
  private say(text: string): void {
    this.note.textContent = text;
  }
}
