/** Planes that take a part of the scene away, and the caps that close what they cut. */
import {
  AlwaysStencilFunc,
  BackSide,
  DecrementWrapStencilOp,
  DoubleSide,
  FrontSide,
  Group,
  IncrementWrapStencilOp,
  Mesh,
  MeshBasicMaterial,
  MeshStandardMaterial,
  NotEqualStencilFunc,
  Plane,
  PlaneGeometry,
  ReplaceStencilOp,
  Sphere,
  Vector3,
  type WebGLRenderer,
} from 'three';

/** A mesh that is cut. */
export interface Cut {
  readonly mesh: Mesh<Mesh['geometry'], MeshStandardMaterial>;
  readonly isSolid: boolean;
}

/** One plane, the others, and the materials that count what it cuts; they last as long as the scene. */
interface Knife {
  readonly plane: Plane;
  readonly others: Plane[];
  readonly back: MeshBasicMaterial;
  readonly front: MeshBasicMaterial;
  readonly caps: Map<MeshStandardMaterial, MeshStandardMaterial>;
}

/**
 * For each mesh and plane: back faces beyond the plane count up in the stencil, front faces down;
 * where the count is not zero, the plane runs through the inside, and is drawn in the colour of
 * the mesh. Right for closed meshes.
 */
export class Caps {
  readonly node = new Group();
  private readonly quad = new PlaneGeometry(2, 2);
  private readonly knives = new Map<Plane, Knife>();

  rebuild(cuts: readonly Cut[], planes: readonly Plane[]): void {
    this.node.clear();
    let order = 1;
    for (const plane of planes) {
      const knife = this.knife(plane);
      const others = planes.filter((other) => other !== plane);
      if (others.length !== knife.others.length) for (const cap of knife.caps.values()) cap.needsUpdate = true;
      knife.others.splice(0, knife.others.length, ...others);
      for (const { mesh, isSolid } of cuts) {
        if (!isSolid || !plane.intersectsSphere(sphereOf(mesh))) continue;
        this.node.add(counter(mesh, knife.back, order), counter(mesh, knife.front, order), this.cap(mesh, knife, order + 0.5));
        order += 1;
      }
    }
  }

  dispose(): void {
    this.node.clear();
    this.quad.dispose();
    for (const { back, front, caps } of this.knives.values()) {
      for (const material of [back, front, ...caps.values()]) material.dispose();
    }
  }

  private knife(plane: Plane): Knife {
    const known = this.knives.get(plane);
    if (known) return known;
    const back = counting(plane, BackSide, IncrementWrapStencilOp);
    const front = counting(plane, FrontSide, DecrementWrapStencilOp);
    const knife = { plane, others: [], back, front, caps: new Map() };
    this.knives.set(plane, knife);
    return knife;
  }

  private cap(of: Cut['mesh'], knife: Knife, order: number): Mesh {
    const material = knife.caps.get(of.material) ?? closing(knife.others);
    knife.caps.set(of.material, material);
    material.color.copy(of.material.color).offsetHSL(0, 0, 0.06);
    material.emissive.copy(of.material.emissive);
    const cap = new Mesh(this.quad, material);
    const { center, radius } = sphereOf(of);
    cap.scale.setScalar(radius * 1.05);
    knife.plane.projectPoint(center, cap.position);
    cap.lookAt(cap.position.clone().sub(knife.plane.normal));
    cap.renderOrder = order;
    // The next mesh counts from zero: where the cap was drawn it does already, but not where another
    // plane took it away.
    if (knife.others.length > 0) cap.onAfterRender = (renderer) => (renderer as WebGLRenderer).clearStencil();
    return cap;
  }
}

function counting(
  plane: Plane,
  side: typeof BackSide | typeof FrontSide,
  op: typeof IncrementWrapStencilOp | typeof DecrementWrapStencilOp,
): MeshBasicMaterial {
  return new MeshBasicMaterial({
    depthWrite: false,
    depthTest: false,
    colorWrite: false,
    stencilWrite: true,
    stencilFunc: AlwaysStencilFunc,
    stencilFail: op,
    stencilZFail: op,
    stencilZPass: op,
    side,
    clippingPlanes: [plane],
  });
}

function closing(others: Plane[]): MeshStandardMaterial {
  return new MeshStandardMaterial({
    roughness: 0.8,
    side: DoubleSide,
    clippingPlanes: others,
    stencilWrite: true,
    stencilRef: 0,
    stencilFunc: NotEqualStencilFunc,
    stencilFail: ReplaceStencilOp,
    stencilZFail: ReplaceStencilOp,
    stencilZPass: ReplaceStencilOp,
  });
}

function counter(of: Mesh, material: MeshBasicMaterial, order: number): Mesh {
  const mesh = new Mesh(of.geometry, material);
  mesh.matrixAutoUpdate = false;
  mesh.matrix.copy(of.matrix);
  mesh.renderOrder = order;
  return mesh;
}

function sphereOf(mesh: Mesh): Sphere {
  return (mesh.geometry.boundingSphere ?? new Sphere(new Vector3(), Infinity)).clone().applyMatrix4(mesh.matrixWorld);
}
