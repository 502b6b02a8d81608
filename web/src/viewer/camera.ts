import { Frustum, Matrix4, MathUtils, OrthographicCamera, PerspectiveCamera, Sphere, Vector3 } from 'three';

/** Directions of the patient in the scene, of length 1. */
export interface PatientAxes {
  readonly right: Vector3;
  readonly anterior: Vector3;
  readonly superior: Vector3;
}

/** Y up, front towards the viewer: what glTF asks for and the collection's files do. */
export const Y_UP: PatientAxes = {
  right: new Vector3(-1, 0, 0),
  anterior: new Vector3(0, 0, 1),
  superior: new Vector3(0, 1, 0),
};

/** Where one looks from, as seen by the patient: angles in radians. */
export interface Direction {
  /** 0 is from the front, a quarter turn from the patient's left. */
  readonly azimuth: number;
  /** A quarter turn is from above. */
  readonly elevation: number;
}

const QUARTER = Math.PI / 2;
const STEEPEST = QUARTER - 1e-3;
const FIELD_OF_VIEW = 26;
/** How fast the camera follows its goal, a second. */
const PACE = 11;

/** The six views one can snap to, by the key of the keyboard. */
export const SNAP_VIEWS: ReadonlyMap<string, Direction & { readonly name: 'front' | 'back' | 'right' | 'left' | 'above' | 'below' }> = new Map([
  ['1', { name: 'front', azimuth: 0, elevation: 0 }],
  ['2', { name: 'back', azimuth: Math.PI, elevation: 0 }],
  ['3', { name: 'right', azimuth: -QUARTER, elevation: 0 }],
  ['4', { name: 'left', azimuth: QUARTER, elevation: 0 }],
  ['5', { name: 'above', azimuth: 0, elevation: STEEPEST }],
  ['6', { name: 'below', azimuth: 0, elevation: -STEEPEST }],
]);

interface Pose {
  azimuth: number;
  elevation: number;
  /** From the target, in scene units. */
  distance: number;
  target: Vector3;
}

/** A camera that circles a target and glides to where it was last sent. */
export class OrbitCamera {
  axes: PatientAxes = Y_UP;
  /** Jump instead of gliding. */
  jumps = false;
  private readonly perspective = new PerspectiveCamera(FIELD_OF_VIEW, 1, 0.01, 10);
  private readonly orthographic = new OrthographicCamera();
  private isOrthographic = false;
  private aspect = 1;
  private extent = new Sphere(new Vector3(), 0.1);
  private readonly pose: Pose = { azimuth: 0.45, elevation: 0.12, distance: 1, target: new Vector3() };
  private readonly goal: Pose = { ...this.pose, target: new Vector3() };

  get camera(): PerspectiveCamera | OrthographicCamera {
    return this.isOrthographic ? this.orthographic : this.perspective;
  }

  get direction(): Direction {
    return this.pose;
  }

  get isParallel(): boolean {
    return this.isOrthographic;
  }

  toggleOrthographic(): boolean {
    this.isOrthographic = !this.isOrthographic;
    return this.isOrthographic;
  }

  resize(width: number, height: number): void {
    this.aspect = width / height;
    this.perspective.aspect = this.aspect;
  }

  /** Everything there is to see: sets how far one may go away or near. */
  setExtent(extent: Sphere): void {
    this.extent = extent.clone();
  }

  /** Where one is going: angles in degrees, lengths in radii of all there is to see. */
  get view(): { camera: [number, number, number]; target: [number, number, number] } {
    const { azimuth, elevation, distance, target } = this.goal;
    const { center, radius } = this.extent;
    const away = target.clone().sub(center).divideScalar(radius);
    const { right, anterior, superior } = this.axes;
    const turns = MathUtils.euclideanModulo(MathUtils.radToDeg(azimuth) + 180, 360) - 180;
    return {
      camera: [turns, MathUtils.radToDeg(elevation), distance / radius],
      target: [away.dot(right), away.dot(anterior), away.dot(superior)],
    };
  }

  /** Goes where [`view`] said. */
  restore(camera: readonly [number, number, number], target: readonly [number, number, number]): void {
    const { center, radius } = this.extent;
    const { right, anterior, superior } = this.axes;
    this.look({ azimuth: MathUtils.degToRad(camera[0]), elevation: MathUtils.clamp(MathUtils.degToRad(camera[1]), -STEEPEST, STEEPEST) });
    this.goal.distance = MathUtils.clamp(camera[2], 0.05, 16) * radius;
    this.goal.target
      .copy(center)
      .addScaledVector(right, target[0] * radius)
      .addScaledVector(anterior, target[1] * radius)
      .addScaledVector(superior, target[2] * radius);
  }

  /** Turns to see all of `sphere`. */
  fit(sphere: Sphere): void {
    const half = MathUtils.degToRad(FIELD_OF_VIEW / 2);
    const narrow = Math.min(half, Math.atan(Math.tan(half) * this.aspect));
    this.goal.target.copy(sphere.center);
    this.goal.distance = (sphere.radius / Math.sin(narrow)) * 1.04;
  }

  look(direction: Direction): void {
    // The short way round.
    const turns = Math.round((this.goal.azimuth - direction.azimuth) / (2 * Math.PI));
    this.goal.azimuth = direction.azimuth + turns * 2 * Math.PI;
    this.goal.elevation = direction.elevation;
  }

  orbit(azimuth: number, elevation: number): void {
    this.goal.azimuth += azimuth;
    this.goal.elevation = MathUtils.clamp(this.goal.elevation + elevation, -STEEPEST, STEEPEST);
  }

  /** Above 1 goes nearer. */
  zoom(factor: number): void {
    const { radius } = this.extent;
    this.goal.distance = MathUtils.clamp(this.goal.distance / factor, radius * 0.05, radius * 16);
  }

  /** Moves what is seen by parts of the view's height. */
  pan(right: number, up: number): void {
    const height = 2 * this.goal.distance * Math.tan(MathUtils.degToRad(FIELD_OF_VIEW / 2));
    const e = this.camera.matrixWorld.elements;
    this.goal.target
      .addScaledVector(new Vector3(e[0], e[1], e[2]), -right * height)
      .addScaledVector(new Vector3(e[4], e[5], e[6]), -up * height);
  }

  /** Whether any of `sphere` is in the view. */
  sees(sphere: Sphere): boolean {
    const { projectionMatrix, matrixWorldInverse } = this.camera;
    const clipFromScene = new Matrix4().multiplyMatrices(projectionMatrix, matrixWorldInverse);
    return new Frustum().setFromProjectionMatrix(clipFromScene).intersectsSphere(sphere);
  }

  /** What a pixel covers where `sphere` is nearest, in a view `height` pixels high. */
  metresPerPixel(sphere: Sphere, height: number): number {
    const { goal, isOrthographic } = this;
    const nearest = goal.distance - sphere.center.distanceTo(goal.target) - sphere.radius;
    const distance = isOrthographic ? goal.distance : Math.max(nearest, goal.distance * 0.1);
    return (2 * distance * Math.tan(MathUtils.degToRad(FIELD_OF_VIEW / 2))) / height;
  }

  /** What a pixel covers at the point that is looked at, in a view `height` pixels high. */
  metresPerPixelAtTarget(height: number): number {
    return (2 * this.pose.distance * Math.tan(MathUtils.degToRad(FIELD_OF_VIEW / 2))) / height;
  }

  /** Goes to the goal at once. */
  arrive(): void {
    this.follow(1);
  }

  /** Moves towards the goal for `seconds`; says whether there is more to go. */
  step(seconds: number): boolean {
    this.follow(this.jumps ? 1 : 1 - Math.exp(-seconds * PACE));
    const { pose, goal } = this;
    const gap =
      Math.abs(goal.azimuth - pose.azimuth) +
      Math.abs(goal.elevation - pose.elevation) +
      Math.abs(goal.distance / pose.distance - 1) +
      goal.target.distanceTo(pose.target) / pose.distance;
    if (gap < 2e-4) this.follow(1);
    return gap >= 2e-4;
  }

  private follow(share: number): void {
    const { pose, goal } = this;
    pose.azimuth += (goal.azimuth - pose.azimuth) * share;
    pose.elevation += (goal.elevation - pose.elevation) * share;
    pose.distance *= (goal.distance / pose.distance) ** share;
    pose.target.lerp(goal.target, share);
    this.place();
  }

  private place(): void {
    const { pose, axes, camera } = this;
    const level = Math.cos(pose.elevation);
    const outward = new Vector3()
      .addScaledVector(axes.anterior, level * Math.cos(pose.azimuth))
      .addScaledVector(axes.right, -level * Math.sin(pose.azimuth))
      .addScaledVector(axes.superior, Math.sin(pose.elevation));
    camera.up.copy(axes.superior);
    camera.position.copy(pose.target).addScaledVector(outward, pose.distance);
    camera.lookAt(pose.target);
    this.clip();
    camera.updateMatrixWorld();
  }

  private clip(): void {
    const { pose, extent, perspective, orthographic } = this;
    const centre = this.camera.position.distanceTo(extent.center);
    const far = centre + extent.radius * 1.1;
    perspective.near = Math.max(centre - extent.radius * 1.1, far / 2000);
    perspective.far = far;
    const halfHeight = pose.distance * Math.tan(MathUtils.degToRad(FIELD_OF_VIEW / 2));
    orthographic.top = halfHeight;
    orthographic.bottom = -halfHeight;
    orthographic.right = halfHeight * this.aspect;
    orthographic.left = -orthographic.right;
    orthographic.near = -far;
    orthographic.far = far;
    this.camera.updateProjectionMatrix();
  }
}
