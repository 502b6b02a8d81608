import {
  Box3,
  BufferGeometry,
  Color,
  DirectionalLight,
  Float32BufferAttribute,
  HemisphereLight,
  LineBasicMaterial,
  LineSegments,
  Matrix4,
  Mesh,
  MeshBasicMaterial,
  MeshStandardMaterial,
  NeutralToneMapping,
  Object3D,
  Plane,
  Points,
  PointsMaterial,
  Raycaster,
  Scene,
  Sphere,
  Vector2,
  Vector3,
  WebGLRenderer,
  type Camera,
} from 'three';

import type { PatientAxes } from './camera';
import { Caps } from './clipping';
import type { LoadedMesh } from './loader';
import type { Clip, Measure } from './state';

/** What of a part is drawn, and how. */
export interface PartLook {
  visible: boolean;
  selected: boolean;
  hovered: boolean;
  /** Percent. */
  opacity: number;
}

interface PartMesh {
  readonly mesh: Mesh<LoadedMesh['geometry'], MeshStandardMaterial>;
  /** Writes depth alone, so that of a ghost only the nearest surface shows. */
  readonly veil: Mesh;
  /** Coarse and never drawn: what the pointer is tested against. */
  readonly target: Mesh;
  readonly isSolid: boolean;
}

/** Where the pointer met a part. */
export interface Hit {
  readonly name: string;
  /** In the patient's millimetres, as if nothing was pulled apart. */
  readonly point: readonly [number, number, number];
}

const HIGHLIGHT = new Color('#ffd9a0');
/** How far parts move off the middle at most, in their distances from it. */
const FARTHEST = 1.1;
const AXES = { x: 0, y: 1, z: 2 } as const;

/** The lit meshes of a scene and the canvas they are drawn on. */
export class PartScene {
  readonly renderer: WebGLRenderer;
  private readonly scene = new Scene();
  private readonly lights = new Object3D();
  private readonly meshes = new Map<string, PartMesh>();
  private readonly caps = new Caps();
  private readonly measures = new MeasureLines();
  private sceneFromFile = new Matrix4();
  private explosion = 0;
  private clips: readonly Clip[] = [];
  /** One for each axis, moved where it is wanted. */
  private readonly knives = { x: new Plane(), y: new Plane(), z: new Plane() };
  private isStale = false;

  /** Throws where the browser has no WebGL. */
  constructor(canvas: HTMLCanvasElement) {
    this.renderer = new WebGLRenderer({ canvas, antialias: true, alpha: true, stencil: true });
    this.renderer.setClearAlpha(0);
    this.renderer.toneMapping = NeutralToneMapping;
    this.renderer.localClippingEnabled = true;
    this.scene.add(this.lights, this.caps.node, this.measures.node);
    this.light();
  }

  /** Shows `loaded` as the part `name`, in place of what was there. */
  put(name: string, loaded: LoadedMesh, colour: string, isSolid: boolean): void {
    const before = this.meshes.get(name);
    this.sceneFromFile = loaded.sceneFromFile;
    const isColoured = loaded.geometry.hasAttribute('color');
    const material = before?.mesh.material ?? (isColoured ? new MeshStandardMaterial({ vertexColors: true, roughness: 0.75 }) : organMaterial(colour));
    const mesh = placed(loaded, material);
    const veil = placed(loaded, before?.veil.material ?? veilMaterial());
    if (before) {
      this.scene.remove(before.mesh, before.veil);
      // The first geometry stays, it is what the pointer is tested against.
      if (before.mesh.geometry !== before.target.geometry) before.mesh.geometry.dispose();
    }
    mesh.visible = before?.mesh.visible ?? true;
    veil.visible = before?.veil.visible ?? false;
    this.meshes.set(name, { mesh, veil, target: before?.target ?? placed(loaded, material), isSolid });
    // The veil comes first where two stand in the same place of the order.
    this.scene.add(veil, mesh);
    this.arrange();
  }

  style(name: string, look: PartLook): void {
    const part = this.meshes.get(name);
    if (!part) return;
    const { mesh, veil } = part;
    const isGhost = look.opacity < 100;
    mesh.visible = look.visible && look.opacity > 0;
    veil.visible = mesh.visible && isGhost;
    const { material } = mesh;
    material.emissive.copy(HIGHLIGHT).multiplyScalar((look.selected ? 0.22 : 0) + (look.hovered ? 0.1 : 0));
    material.opacity = look.opacity / 100;
    if (material.transparent !== isGhost) {
      material.transparent = isGhost;
      material.depthWrite = !isGhost;
      material.needsUpdate = true;
    }
    this.isStale = true;
  }

  paint(name: string, colour: string): void {
    this.meshes.get(name)?.mesh.material.color.set(colour);
    this.isStale = true;
  }

  /** Pulls the parts apart: 0 leaves them where they are, 1 is farthest. */
  explode(share: number): void {
    this.explosion = share;
    this.arrange();
  }

  clip(clips: readonly Clip[]): void {
    this.clips = clips;
    this.isStale = true;
  }

  showMeasures(measures: readonly Measure[]): void {
    this.measures.show(measures, this.sceneFromFile);
  }

  /** A point in the patient's millimetres, in the view: x and y from -1 to 1. */
  project(point: readonly [number, number, number], camera: Camera): { x: number; y: number } {
    const { x, y } = new Vector3(...point).applyMatrix4(this.sceneFromFile).project(camera);
    return { x, y };
  }

  /** The sphere around the parts that `isWanted`, no larger than it must be for the middle of
   * their box; `null` if nothing of them is loaded. */
  extent(isWanted: (name: string) => boolean): Sphere | null {
    const targets = [...this.meshes].flatMap(([name, { target }]) => (isWanted(name) ? [target] : []));
    const box = new Box3();
    for (const target of targets) box.expandByObject(target);
    if (box.isEmpty()) return null;
    const sphere = new Sphere(box.getCenter(new Vector3()), 1e-6);
    for (const target of targets) reach(sphere, target);
    return sphere;
  }

  /** The nearest visible part under a point of the view (x and y from -1 to 1). */
  pick(x: number, y: number, camera: Camera): string | null {
    return this.hit(x, y, camera, 'target')?.name ?? null;
  }

  /** The same on the surface that is drawn, with the point that was met. */
  touch(x: number, y: number, camera: Camera): Hit | null {
    const hit = this.hit(x, y, camera, 'mesh');
    const part = hit && this.meshes.get(hit.name);
    if (!hit || !part) return null;
    const point = hit.point.clone().applyMatrix4(part.mesh.matrixWorld.clone().invert());
    return { name: hit.name, point: [point.x, point.y, point.z] };
  }

  resize(width: number, height: number): void {
    this.renderer.setPixelRatio(Math.min(window.devicePixelRatio, 2));
    this.renderer.setSize(width, height, false);
  }

  render(camera: Camera, axes: PatientAxes): void {
    // Lights stay with the viewer, as a lamp on one's head: no side is ever dark.
    this.lights.quaternion.copy(camera.quaternion);
    if (this.isStale) this.cut(axes);
    this.order(camera);
    this.renderer.render(this.scene, camera);
  }

  /** What is drawn with so many pixels for one on screen, as `copy` takes it while it is there. */
  photograph(camera: Camera, axes: PatientAxes, ratio: number, copy: (drawn: HTMLCanvasElement) => HTMLCanvasElement): HTMLCanvasElement {
    const before = this.renderer.getPixelRatio();
    const { clientWidth, clientHeight } = this.renderer.domElement;
    this.renderer.setPixelRatio(ratio);
    this.renderer.setSize(clientWidth, clientHeight, false);
    this.render(camera, axes);
    const copied = copy(this.renderer.domElement);
    this.renderer.setPixelRatio(before);
    this.renderer.setSize(clientWidth, clientHeight, false);
    return copied;
  }

  dispose(): void {
    for (const { mesh, veil, target } of this.meshes.values()) {
      mesh.geometry.dispose();
      mesh.material.dispose();
      (veil.material as MeshBasicMaterial).dispose();
      target.geometry.dispose();
    }
    this.caps.dispose();
    this.measures.dispose();
    this.renderer.dispose();
  }

  private hit(x: number, y: number, camera: Camera, on: 'target' | 'mesh'): { name: string; point: Vector3 } | null {
    const ray = new Raycaster();
    ray.setFromCamera(new Vector2(x, y), camera);
    let nearest: { name: string; point: Vector3; distance: number } | null = null;
    for (const [name, part] of this.meshes) {
      if (!part.mesh.visible) continue;
      const planes = part.mesh.material.clippingPlanes ?? [];
      const isThere = (point: Vector3) => planes.every((plane) => plane.distanceToPoint(point) >= 0);
      const hit = ray.intersectObject(part[on], false).find(({ point }) => isThere(point));
      if (hit && (!nearest || hit.distance < nearest.distance)) nearest = { name, point: hit.point, distance: hit.distance };
    }
    return nearest;
  }

  /** Puts each part where the explosion has it. */
  private arrange(): void {
    const middle = this.box(0).getCenter(new Vector3());
    for (const part of this.meshes.values()) {
      const { mesh, veil, target } = part;
      const offset = boxOf(target).getCenter(new Vector3()).sub(middle).multiplyScalar(this.explosion * FARTHEST);
      for (const object of [mesh, veil, target]) {
        object.matrix.makeTranslation(offset).premultiply(this.sceneFromFile);
        object.updateMatrixWorld(true);
      }
    }
    this.isStale = true;
  }

  /** The box of all parts in the patient's millimetres, pulled apart by a share. */
  private box(explosion: number): Box3 {
    const boxes = [...this.meshes.values()].map(({ target }) => boxOf(target));
    const whole = new Box3();
    for (const box of boxes) whole.union(box);
    if (explosion === 0) return whole;
    const middle = whole.getCenter(new Vector3());
    const apart = new Box3();
    for (const box of boxes) {
      const offset = box.getCenter(new Vector3()).sub(middle).multiplyScalar(explosion * FARTHEST);
      apart.union(box.clone().translate(offset));
    }
    return apart;
  }

  private cut(axes: PatientAxes): void {
    this.isStale = false;
    const planes = this.planes(axes);
    const parts = [...this.meshes.values()];
    for (const { mesh, veil } of parts) {
      for (const material of [mesh.material, veil.material as MeshBasicMaterial]) {
        if ((material.clippingPlanes?.length ?? 0) !== planes.length) material.needsUpdate = true;
        material.clippingPlanes = planes;
      }
    }
    // Of a ghost one sees the inside anyway.
    const solid = parts.filter(({ mesh }) => mesh.visible && !mesh.material.transparent);
    this.caps.rebuild(solid, planes);
  }

  private planes(axes: PatientAxes): Plane[] {
    const box = this.box(this.explosion);
    return this.clips.map(({ axis, at, flipped }) => {
      const point = box.getCenter(new Vector3());
      const low = box.min.getComponent(AXES[axis]);
      point.setComponent(AXES[axis], low + at * (box.max.getComponent(AXES[axis]) - low));
      const upward = [axes.right, axes.anterior, axes.superior][AXES[axis]] ?? axes.superior;
      const kept = flipped ? upward.clone() : upward.clone().negate();
      return this.knives[axis].setFromNormalAndCoplanarPoint(kept, point.applyMatrix4(this.sceneFromFile));
    });
  }

  /** Ghosts are drawn from back to front by their nearest points, so that what lies inside another
   * is drawn before it. */
  private order(camera: Camera): void {
    const towards = camera.getWorldDirection(new Vector3());
    const nearest = (mesh: Mesh) => {
      const sphere = (mesh.geometry.boundingSphere ?? new Sphere()).clone().applyMatrix4(mesh.matrixWorld);
      return sphere.center.sub(camera.position).dot(towards) - sphere.radius;
    };
    const ghosts = [...this.meshes.values()].filter(({ veil }) => veil.visible);
    const sorted = ghosts.map((part) => ({ part, near: nearest(part.mesh) })).sort((a, b) => b.near - a.near);
    for (const [at, { part }] of sorted.entries()) {
      part.veil.renderOrder = 2 * at + 1;
      part.mesh.renderOrder = 2 * at + 2;
    }
  }

  private light(): void {
    const key = new DirectionalLight('#fff4e6', 2.9);
    key.position.set(-0.55, 0.8, 1.5);
    const rim = new DirectionalLight('#dbe7ff', 1.1);
    rim.position.set(1, 0.4, -0.6);
    this.lights.add(new HemisphereLight('#ffffff', '#b09a8e', 1.8), key, rim, key.target, rim.target);
  }
}

/** Lines and ends of measurements, drawn over everything. */
class MeasureLines {
  readonly node = new Object3D();
  private readonly lines = new LineSegments(new BufferGeometry(), new LineBasicMaterial({ color: '#0b63c5', depthTest: false, transparent: true }));
  private readonly ends = new Points(
    new BufferGeometry(),
    new PointsMaterial({ color: '#0b63c5', size: 9, sizeAttenuation: false, depthTest: false, transparent: true }),
  );

  constructor() {
    this.node.add(this.lines, this.ends);
    for (const object of [this.lines, this.ends]) {
      object.renderOrder = 1e6;
      object.frustumCulled = false;
    }
  }

  show(measures: readonly Measure[], sceneFromFile: Matrix4): void {
    const placed = measures.map(({ points }) => points.map((point) => new Vector3(...point).applyMatrix4(sceneFromFile)));
    const segments = placed.flatMap((points) => points.slice(1).flatMap((point, at) => [points[at] as Vector3, point]));
    set(this.lines.geometry, segments);
    set(this.ends.geometry, placed.flat());
  }

  dispose(): void {
    for (const { geometry, material } of [this.lines, this.ends]) {
      geometry.dispose();
      material.dispose();
    }
  }
}

function set(geometry: BufferGeometry, points: readonly Vector3[]): void {
  geometry.setAttribute('position', new Float32BufferAttribute(points.flatMap(({ x, y, z }) => [x, y, z]), 3));
}

/** The box of a part in the patient's millimetres, where it belongs. */
function boxOf({ geometry }: Mesh): Box3 {
  if (!geometry.boundingBox) geometry.computeBoundingBox();
  return geometry.boundingBox ?? new Box3();
}

/** Grows the sphere until it holds all vertices. */
function reach(sphere: Sphere, { geometry, matrixWorld }: Mesh): void {
  const positions = geometry.getAttribute('position');
  const vertex = new Vector3();
  for (let index = 0; index < positions.count; index += 1) {
    vertex.fromBufferAttribute(positions, index).applyMatrix4(matrixWorld);
    sphere.radius = Math.max(sphere.radius, vertex.distanceTo(sphere.center));
  }
}

function organMaterial(colour: string): MeshStandardMaterial {
  return new MeshStandardMaterial({ color: colour, roughness: 0.46, metalness: 0 });
}

function veilMaterial(): MeshBasicMaterial {
  return new MeshBasicMaterial({ colorWrite: false, transparent: true, polygonOffset: true, polygonOffsetFactor: 0.5, polygonOffsetUnits: 1 });
}

function placed<M extends Mesh['material']>({ geometry, sceneFromFile }: LoadedMesh, material: M): Mesh<BufferGeometry, M> {
  const mesh = new Mesh(geometry, material);
  mesh.matrixAutoUpdate = false;
  mesh.matrix.copy(sceneFromFile);
  mesh.updateMatrixWorld(true);
  return mesh;
}
