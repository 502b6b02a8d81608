// The state of a view in an address, without a browser.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

// Types are all that Node cannot read of it, and Vite's own tool takes them away.
import { transformWithOxc } from 'vite';

const source = readFileSync(new URL('../src/viewer/state.ts', import.meta.url), 'utf8');
const { code } = await transformWithOxc(source, 'state.ts');
const { keyOf, read, write } = await import(`data:text/javascript,${encodeURIComponent(code)}`);

test('an address reads back as the state that it was written from', () => {
  const query = '?cam=30,12,2.4&tgt=0.1,0,-0.25&proj=o&vis=-liver,-rib-left.2&op=skin:20,heart:0&clip=x:0.42,z:0.1f&ex=0.35&m=Width;1.0,2.0,3.0;4.0,5.0,6.0|Bend;0.0,0.0,0.0;1.0,0.0,0.0;1.0,1.0,0.0&sel=aorta';
  const state = read(query);
  assert.deepEqual(state.camera, [30, 12, 2.4]);
  assert.deepEqual(state.hidden, ['liver', 'rib-left.2']);
  assert.deepEqual([...state.opacities], [['skin', 20], ['heart', 0]]);
  assert.deepEqual(state.clips, [{ axis: 'x', at: 0.42, flipped: false }, { axis: 'z', at: 0.1, flipped: true }]);
  assert.deepEqual(state.measures.map(({ name, points }) => [name, points.length]), [['Width', 2], ['Bend', 3]]);
  assert.equal(write('', state), query);
});

test('what is not of the view is kept, and nonsense harms nothing', () => {
  const state = read('?v=abc&cam=1,2&clip=q:1,x:9&op=liver:lots&ex=nan&m=a;1,2&lang=de');
  assert.deepEqual([state.camera, state.explosion, state.measures.length, state.opacities.size], [null, 0, 0, 0]);
  assert.deepEqual(state.clips, [{ axis: 'x', at: 1, flipped: false }]);
  assert.equal(write('?v=abc&lang=de&ex=1', read('')), '?v=abc&lang=de');
});

test('parts go by the last part of their names', () => {
  assert.equal(keyOf('phantom/p001/rib-left/2'), 'rib-left.2');
  assert.equal(keyOf('phantom/p001/liver'), 'liver');
});
