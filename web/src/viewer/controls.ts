/** Pointer and wheel become movements; what they move is the listener's business. */

export interface Movements {
  /** Fractions of the view's height. */
  orbit(right: number, down: number): void;
  pan(right: number, down: number): void;
  zoom(factor: number): void;
  /** The pointer rests at, or left (`null`), a point of the view: x and y from -1 to 1. */
  hover(point: Point | null): void;
  click(point: Point): void;
  doubleClick(point: Point): void;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A press that moved less than this many pixels was a click. */
const CLICK_TRAVEL = 5;

export function attachPointer(stage: HTMLElement, movements: Movements): void {
  const pointers = new Map<number, Point>();
  let travel = 0;

  stage.addEventListener('pointerdown', (event) => {
    if (pointers.size === 0) travel = 0;
    pointers.set(event.pointerId, at(event));
    stage.setPointerCapture(event.pointerId);
  });

  stage.addEventListener('pointermove', (event) => {
    const before = pointers.get(event.pointerId);
    if (!before) {
      if (event.pointerType === 'mouse') movements.hover(inView(stage, event));
      return;
    }
    const after = at(event);
    travel += Math.hypot(after.x - before.x, after.y - before.y);
    if (travel > CLICK_TRAVEL) drag(stage, pointers, event, before, after, movements);
    pointers.set(event.pointerId, after);
  });

  const release = (event: PointerEvent) => pointers.delete(event.pointerId);
  stage.addEventListener('pointerup', (event) => {
    const wasOnly = pointers.size === 1;
    if (release(event) && wasOnly && travel <= CLICK_TRAVEL) movements.click(inView(stage, event));
  });
  stage.addEventListener('pointercancel', release);
  stage.addEventListener('pointerleave', () => movements.hover(null));
  stage.addEventListener('dblclick', (event) => movements.doubleClick(inView(stage, event)));
  stage.addEventListener('contextmenu', (event) => event.preventDefault());
}

/** The wheel zooms once the view was clicked, or with Ctrl; before, it scrolls the page. */
export function attachWheel(stage: HTMLElement, zoom: (factor: number) => void, hint: () => void): void {
  const listener = (event: WheelEvent) => {
    if (!event.ctrlKey && document.activeElement !== stage) return hint();
    event.preventDefault();
    const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 16 : event.deltaY;
    zoom(Math.exp(-Math.max(-120, Math.min(120, pixels)) * 0.0025));
  };
  stage.addEventListener('wheel', listener, { passive: false });
}

function drag(
  stage: HTMLElement,
  pointers: ReadonlyMap<number, Point>,
  event: PointerEvent,
  before: Point,
  after: Point,
  movements: Movements,
): void {
  const height = stage.clientHeight;
  const right = (after.x - before.x) / height;
  const down = (after.y - before.y) / height;
  const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
  if (other) {
    // Two fingers: each moves the view by half, and their distance zooms.
    movements.pan(right / 2, down / 2);
    movements.zoom(distance(after, other) / Math.max(distance(before, other), 1));
  } else if (event.buttons & 6 || event.shiftKey) {
    movements.pan(right, down);
  } else {
    movements.orbit(right, down);
  }
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function at(event: MouseEvent): Point {
  return { x: event.clientX, y: event.clientY };
}

function inView(stage: HTMLElement, event: MouseEvent): Point {
  const box = stage.getBoundingClientRect();
  return {
    x: ((event.clientX - box.left) / box.width) * 2 - 1,
    y: 1 - ((event.clientY - box.top) / box.height) * 2,
  };
}
