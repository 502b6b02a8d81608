import { BufferGeometry, Matrix4, Vector3 } from 'three';

import type { PatientAxes } from './camera';
import { readGlb } from './glb';

/** A mesh as it came, and how it lies in the scene. */
export interface LoadedMesh {
  readonly geometry: BufferGeometry;
  /** From the numbers in the file to scene metres, Y up. */
  readonly sceneFromFile: Matrix4;
  readonly axes: PatientAxes;
}

/** Fetches and decodes a GLB with one mesh. */
export async function loadMesh(url: string, signal: AbortSignal): Promise<LoadedMesh> {
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  const { geometry, matrix } = await readGlb(await response.arrayBuffer());
  if (!geometry.hasAttribute('normal')) geometry.computeVertexNormals();
  geometry.computeBoundingSphere();
  return { geometry, sceneFromFile: matrix, axes: patientAxes(matrix) };
}

/** The patient's directions in the scene: files count right, front and head as x, y and z. */
function patientAxes(sceneFromFile: Matrix4): PatientAxes {
  const [right, anterior, superior] = [new Vector3(), new Vector3(), new Vector3()];
  sceneFromFile.extractBasis(right, anterior, superior);
  return {
    right: right.normalize(),
    anterior: anterior.normalize(),
    superior: superior.normalize(),
  };
}
