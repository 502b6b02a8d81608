import { BufferGeometry, Matrix4, Mesh, Vector3 } from 'three';
import { GLTFLoader } from 'three/examples/jsm/loaders/GLTFLoader.js';
import { MeshoptDecoder } from 'three/examples/jsm/libs/meshopt_decoder.module.js';

import type { PatientAxes } from './camera';

/** A mesh as it came, and how it lies in the scene. */
export interface LoadedMesh {
  readonly geometry: BufferGeometry;
  /** From the numbers in the file to scene metres, Y up. */
  readonly sceneFromFile: Matrix4;
}

const gltf = new GLTFLoader().setMeshoptDecoder(MeshoptDecoder);

/** Fetches and decodes a GLB with one mesh. */
export async function loadMesh(url: string, signal: AbortSignal): Promise<LoadedMesh> {
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  const { scene } = await gltf.parseAsync(await response.arrayBuffer(), '');
  scene.updateMatrixWorld(true);
  const meshes: Mesh[] = [];
  scene.traverse((node) => {
    if (node instanceof Mesh) meshes.push(node);
  });
  const [mesh] = meshes;
  if (!mesh) throw new Error('the file holds no mesh');
  const geometry = mesh.geometry as BufferGeometry;
  if (!geometry.hasAttribute('normal')) geometry.computeVertexNormals();
  geometry.computeBoundingSphere();
  return { geometry, sceneFromFile: mesh.matrixWorld.clone() };
}

/** The patient's directions in the scene: files count right, front and head as x, y and z. */
export function patientAxes({ sceneFromFile }: LoadedMesh): PatientAxes {
  const [right, anterior, superior] = [new Vector3(), new Vector3(), new Vector3()];
  sceneFromFile.extractBasis(right, anterior, superior);
  return {
    right: right.normalize(),
    anterior: anterior.normalize(),
    superior: superior.normalize(),
  };
}
