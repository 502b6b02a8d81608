// The files that the portal hands out, read by three.js's own loaders.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Box3, BufferGeometry } from 'three';
import { GLTFLoader } from 'three/addons/loaders/GLTFLoader.js';
import { OBJLoader } from 'three/addons/loaders/OBJLoader.js';
import { PLYLoader } from 'three/addons/loaders/PLYLoader.js';
import { STLLoader } from 'three/addons/loaders/STLLoader.js';

const site = process.env.MEDSHAPE_URL;

// The loaders of glTF look for these, and use them for pictures only.
globalThis.self ??= globalThis;

async function shape() {
  const found = await (await fetch(`${site}/v1/search?q=liver`)).json();
  const { name } = found.items[0];
  return (await fetch(`${site}/v1/shapes/${name}`)).json();
}

async function download(page, format) {
  const { url } = page.shape.downloads.find((download) => download.format === format);
  const answer = await fetch(new URL(url, site));
  assert.equal(answer.status, 200);
  return answer.arrayBuffer();
}

function geometryOf(object) {
  let geometry;
  object.updateMatrixWorld(true);
  object.traverse((node) => {
    if (node.geometry) geometry = node.geometry.clone().applyMatrix4(node.matrixWorld);
  });
  return geometry;
}

function check(geometry, page, toMm = (x, y, z) => [x, y, z]) {
  assert.ok(geometry instanceof BufferGeometry);
  const nCorners = geometry.index?.count ?? geometry.attributes.position.count;
  assert.equal(nCorners / 3, page.shape.measures.n_faces);
  const { min, max } = new Box3().setFromBufferAttribute(geometry.attributes.position);
  const [a, b] = [toMm(min.x, min.y, min.z), toMm(max.x, max.y, max.z)];
  for (const axis of [0, 1, 2]) {
    const low = Math.min(a[axis], b[axis]);
    assert.ok(Math.abs(low - page.shape.measures.bounds_min_mm[axis]) < 0.01, `axis ${axis}: ${low}`);
  }
}

const fromGltf = (x, y, z) => [1000 * x, -1000 * z, 1000 * y];

test('STL', async () => {
  const page = await shape();
  check(new STLLoader().parse(await download(page, 'stl')), page);
});

test('PLY', async () => {
  const page = await shape();
  check(new PLYLoader().parse(await download(page, 'ply')), page);
});

test('OBJ', async () => {
  const page = await shape();
  const text = new TextDecoder().decode(await download(page, 'obj'));
  check(geometryOf(new OBJLoader().parse(text)), page);
});

test('GLB without compression', async () => {
  const page = await shape();
  const { scene } = await new GLTFLoader().parseAsync(await download(page, 'plain.glb'), '');
  check(geometryOf(scene), page, fromGltf);
});
