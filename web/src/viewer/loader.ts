import { BufferGeometry, Matrix4, Vector3 } from 'three';

import type { PatientAxes } from './camera';
import { readGlb } from './glb';
import { t } from './texts';

/** A mesh as it came, and how it lies in the scene. */
export interface LoadedMesh {
  readonly geometry: BufferGeometry;
  /** From the numbers in the file to scene metres, Y up. */
  readonly sceneFromFile: Matrix4;
  readonly axes: PatientAxes;
}

/** Fetches and decodes a GLB with one mesh; `#id` names an element of the page that holds it. */
export async function loadMesh(url: string, signal: AbortSignal): Promise<LoadedMesh> {
  const { geometry, matrix } = await readGlb(await bytesAt(url, signal));
  if (!geometry.hasAttribute('normal')) geometry.computeVertexNormals();
  geometry.computeBoundingSphere();
  return { geometry, sceneFromFile: matrix, axes: patientAxes(matrix) };
}

async function bytesAt(url: string, signal: AbortSignal): Promise<ArrayBuffer> {
  if (url.startsWith('#')) return bytesIn(url.slice(1));
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(t('answered', { status: response.status }));
  return response.arrayBuffer();
}

/** What stands in the page as base64, and perhaps in gzip, as it is stored. */
async function bytesIn(id: string): Promise<ArrayBuffer> {
  const text = document.getElementById(id)?.textContent;
  if (!text) throw new Error(t('noGeometry'));
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes.buffer;
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).arrayBuffer();
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
