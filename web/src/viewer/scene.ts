import {
  Box3,
  Color,
  DirectionalLight,
  HemisphereLight,
  Mesh,
  MeshStandardMaterial,
  NeutralToneMapping,
  Object3D,
  Raycaster,
  Scene,
  Sphere,
  Vector2,
  Vector3,
  WebGLRenderer,
  type Camera,
} from 'three';

import type { LoadedMesh } from './loader';

/** What of a part is drawn, and how. */
export interface PartLook {
  visible: boolean;
  selected: boolean;
  hovered: boolean;
}

interface PartMesh {
  readonly mesh: Mesh<LoadedMesh['geometry'], MeshStandardMaterial>;
  /** Coarse and never drawn: what the pointer is tested against. */
  readonly target: Mesh;
}

const HIGHLIGHT = new Color('#ffd9a0');

/** The lit meshes of a scene and the canvas they are drawn on. */
export class PartScene {
  readonly renderer: WebGLRenderer;
  private readonly scene = new Scene();
  private readonly lights = new Object3D();
  private readonly meshes = new Map<string, PartMesh>();

  /** Throws where the browser has no WebGL. */
  constructor(canvas: HTMLCanvasElement) {
    this.renderer = new WebGLRenderer({ canvas, antialias: true, alpha: true });
    this.renderer.setClearAlpha(0);
    this.renderer.toneMapping = NeutralToneMapping;
    this.scene.add(this.lights);
    this.light();
  }

  /** Shows `loaded` as the part `name`, in place of what was there. */
  put(name: string, loaded: LoadedMesh, colour: string): void {
    const before = this.meshes.get(name);
    const mesh = placed(loaded, before?.mesh.material ?? organMaterial(colour));
    if (before) {
      this.scene.remove(before.mesh);
      // The first geometry stays, it is what the pointer is tested against.
      if (before.mesh.geometry !== before.target.geometry) before.mesh.geometry.dispose();
    }
    mesh.visible = before?.mesh.visible ?? true;
    this.meshes.set(name, { mesh, target: before?.target ?? placed(loaded, mesh.material) });
    this.scene.add(mesh);
  }

  style(name: string, look: PartLook): void {
    const part = this.meshes.get(name);
    if (!part) return;
    part.mesh.visible = look.visible;
    const { emissive } = part.mesh.material;
    emissive.copy(HIGHLIGHT).multiplyScalar((look.selected ? 0.22 : 0) + (look.hovered ? 0.1 : 0));
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
    const ray = new Raycaster();
    ray.setFromCamera(new Vector2(x, y), camera);
    let nearest: { name: string; distance: number } | null = null;
    for (const [name, { mesh, target }] of this.meshes) {
      if (!mesh.visible) continue;
      const hit = ray.intersectObject(target, false)[0];
      if (hit && (!nearest || hit.distance < nearest.distance)) {
        nearest = { name, distance: hit.distance };
      }
    }
    return nearest?.name ?? null;
  }

  resize(width: number, height: number): void {
    this.renderer.setPixelRatio(Math.min(window.devicePixelRatio, 2));
    this.renderer.setSize(width, height, false);
  }

  render(camera: Camera): void {
    // Lights stay with the viewer, as a lamp on one's head: no side is ever dark.
    this.lights.quaternion.copy(camera.quaternion);
    this.renderer.render(this.scene, camera);
  }

  dispose(): void {
    for (const { mesh, target } of this.meshes.values()) {
      mesh.geometry.dispose();
      mesh.material.dispose();
      target.geometry.dispose();
    }
    this.renderer.dispose();
  }

  private light(): void {
    const key = new DirectionalLight('#fff4e6', 2.9);
    key.position.set(-0.55, 0.8, 1.5);
    const rim = new DirectionalLight('#dbe7ff', 1.1);
    rim.position.set(1, 0.4, -0.6);
    this.lights.add(new HemisphereLight('#ffffff', '#b09a8e', 1.8), key, rim, key.target, rim.target);
  }
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

function placed(
  { geometry, sceneFromFile }: LoadedMesh,
  material: MeshStandardMaterial,
): PartMesh['mesh'] {
  const mesh = new Mesh(geometry, material);
  mesh.matrixAutoUpdate = false;
  mesh.matrix.copy(sceneFromFile);
  mesh.updateMatrixWorld(true);
  return mesh;
}
