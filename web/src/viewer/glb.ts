/** Reads the GLB files of the collection: one mesh, triangles, packed by meshoptimizer or not. */
import { BufferAttribute, BufferGeometry, Matrix4, Quaternion, Vector3, type TypedArray } from 'three';
import { MeshoptDecoder } from 'three/examples/jsm/libs/meshopt_decoder.module.js';
import { t } from './texts';

interface Packed {
  readonly buffer: number;
  readonly byteOffset?: number;
  readonly byteLength: number;
  readonly byteStride: number;
  readonly count: number;
  readonly mode: string;
  readonly filter?: string;
}

interface View {
  readonly buffer: number;
  readonly byteOffset?: number;
  readonly byteLength: number;
  readonly byteStride?: number;
  readonly extensions?: Readonly<Record<string, Packed>>;
}

interface Accessor {
  readonly bufferView: number;
  readonly byteOffset?: number;
  readonly componentType: number;
  readonly normalized?: boolean;
  readonly count: number;
  readonly type: string;
}

interface Node {
  readonly mesh?: number;
  readonly matrix?: number[];
  readonly translation?: [number, number, number];
  readonly rotation?: [number, number, number, number];
  readonly scale?: [number, number, number];
}

interface Document {
  readonly accessors: readonly Accessor[];
  readonly bufferViews: readonly View[];
  readonly meshes: readonly { readonly primitives: readonly Primitive[] }[];
  readonly nodes: readonly Node[];
}

interface Primitive {
  readonly attributes: Readonly<Record<string, number>>;
  readonly indices?: number;
}

const MAGIC = 0x46546c67;
const ARRAYS: Readonly<Record<number, new (buffer: ArrayBuffer) => TypedArray>> = {
  5120: Int8Array,
  5121: Uint8Array,
  5122: Int16Array,
  5123: Uint16Array,
  5125: Uint32Array,
  5126: Float32Array,
};
const WIDTHS: Readonly<Record<string, number>> = { SCALAR: 1, VEC2: 2, VEC3: 3, VEC4: 4 };

/** The geometry of a file, and where its node puts it. */
export async function readGlb(bytes: ArrayBuffer): Promise<{ geometry: BufferGeometry; matrix: Matrix4 }> {
  const head = new DataView(bytes);
  if (bytes.byteLength < 20 || head.getUint32(0, true) !== MAGIC) throw new Error(t('noGlb'));
  const length = head.getUint32(12, true);
  const document = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 20, length))) as Document;
  const data = new Uint8Array(bytes, Math.min(28 + length, bytes.byteLength));
  await MeshoptDecoder.ready;
  const primitive = document.meshes?.[0]?.primitives[0];
  if (!primitive) throw new Error(t('emptyGlb'));
  const geometry = new BufferGeometry();
  for (const [name, accessor] of Object.entries(primitive.attributes)) {
    if (name === 'POSITION' || name === 'NORMAL') {
      geometry.setAttribute(name.toLowerCase(), attribute(document, data, accessor));
    }
  }
  if (primitive.indices !== undefined) geometry.setIndex(attribute(document, data, primitive.indices));
  return { geometry, matrix: placeOf(document.nodes.find((node) => node.mesh === 0)) };
}

function attribute(document: Document, data: Uint8Array, at: number): BufferAttribute {
  const accessor = document.accessors[at];
  const view = accessor && document.bufferViews[accessor.bufferView];
  const width = WIDTHS[accessor?.type ?? ''];
  const Values = ARRAYS[accessor?.componentType ?? 0];
  if (!accessor || !view || !width || !Values) throw new Error(t('oddGlb'));
  const size = width * Number((Values as unknown as { BYTES_PER_ELEMENT: number }).BYTES_PER_ELEMENT);
  const bytes = unpacked(view, data);
  const stride = view.byteStride ?? size;
  // Without gaps between the elements, whatever the file has.
  const tight = new Uint8Array(accessor.count * size);
  for (let index = 0; index < accessor.count; index += 1) {
    const start = (accessor.byteOffset ?? 0) + index * stride;
    if (stride === size) {
      tight.set(bytes.subarray(start, start + tight.length));
      break;
    }
    tight.set(bytes.subarray(start, start + size), index * size);
  }
  return new BufferAttribute(new Values(tight.buffer), width, accessor.normalized ?? false);
}

function unpacked(view: View, data: Uint8Array): Uint8Array {
  const packed = view.extensions?.['EXT_meshopt_compression'];
  if (!packed) return data.subarray(view.byteOffset ?? 0, (view.byteOffset ?? 0) + view.byteLength);
  const { byteOffset = 0, byteLength, byteStride, count, mode, filter } = packed;
  const target = new Uint8Array(count * byteStride);
  MeshoptDecoder.decodeGltfBuffer(target, count, byteStride, data.subarray(byteOffset, byteOffset + byteLength), mode, filter);
  return target;
}

function placeOf(node: Node | undefined): Matrix4 {
  if (node?.matrix) return new Matrix4().fromArray(node.matrix);
  const { translation = [0, 0, 0], rotation = [0, 0, 0, 1], scale = [1, 1, 1] } = node ?? {};
  return new Matrix4().compose(new Vector3(...translation), new Quaternion(...rotation), new Vector3(...scale));
}
