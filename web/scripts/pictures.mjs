// Takes the pictures of the README and of docs/ from a running portal over the phantoms of the demo.
import { join } from 'node:path';

import { address, launch, untilLive } from '../tests/browser.mjs';

const [folder] = process.argv.slice(2);
const KIDNEYS = [1, 2, 3].map((n) => `phantom/p00${n}/kidney-left`).join(',');

/** Which page, how much of it, and what has to be there before. */
const PICTURES = [
  { out: 'subject', path: '/b/phantom/p001', is3D: true },
  { out: 'search', path: '/search?q=female+kidney' },
  { out: 'cut', path: '/b/phantom/p001?clip=y:0.5&cam=-25,15,4.6', is3D: true },
  { out: 'shape', path: '/s/phantom/p001/liver', is3D: true, height: 1400 },
  { out: 'compare', path: `/compare?s=${KIDNEYS}`, is3D: true },
  { out: 'selection', path: '/selections?q=left+kidney' },
  { out: 'german', path: '/search?q=linke+Niere&lang=de' },
];

const browser = await launch();
for (const { out, path, is3D, width = 1280, height = 880 } of PICTURES) {
  const page = await browser.newPage({ viewport: { width, height }, reducedMotion: 'reduce', locale: 'en' });
  await page.goto(address(path), { waitUntil: 'networkidle' });
  if (is3D) {
    await untilLive(page);
    // Software rendering is slow: the view has to have drawn everything that has come.
    await page.waitForTimeout(20_000);
  }
  await page.screenshot({ path: join(folder, `${out}.png`) });
  await page.close();
  console.log(`${out}.png`);
}
await browser.close();
