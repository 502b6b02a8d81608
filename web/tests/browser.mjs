// What the browser tests share: a browser of the system, and the site under test.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { chromium } from 'playwright-core';

const EXECUTABLE = process.env.MEDSHAPE_CHROMIUM ?? '/usr/bin/chromium';
const SITE = process.env.MEDSHAPE_URL;
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Why the tests cannot run here, or `false`. */
export const skip = !SITE
  ? 'MEDSHAPE_URL does not name a running server'
  : !existsSync(EXECUTABLE) && `there is no browser at ${EXECUTABLE}`;

if (skip) console.log(`browser tests are skipped: ${skip}`);

export const address = (path) => new URL(path, SITE).href;

export function launch() {
  return chromium.launch({
    executablePath: EXECUTABLE,
    args: [
      '--no-sandbox',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--use-angle=swiftshader',
      '--enable-unsafe-swiftshader',
    ],
  });
}

/** A page that remembers what it complained about. */
export async function openPage(browser, path, options = {}) {
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  const complaints = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()) && !isOfDriver(message)) {
      complaints.push(message.text());
    }
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(address(path), { waitUntil: 'load' });
  return { page, context, complaints };
}

/** The software renderer that tests draw with tells that it is slow. */
function isOfDriver(message) {
  return /GPU stall|GL Driver Message|software WebGL/.test(message.text());
}

/** Waits until the view shows its first mesh. */
export async function untilLive(page) {
  await page.waitForSelector('shape-viewer.is-live', { timeout: 60_000 });
}

/** What axe finds wrong with a page; its context has to bypass the policy of the site, which keeps axe out. */
export async function violations(page) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`);
}

/** A hash of what a canvas shows, and the share of it that is not background. */
export async function look(page, canvas = page.locator('.stage canvas')) {
  await page.waitForTimeout(600);
  const shot = await canvas.screenshot();
  return page.evaluate(async (bytes) => {
    const picture = await createImageBitmap(new Blob([Uint8Array.from(bytes)]));
    const canvas = new OffscreenCanvas(picture.width, picture.height);
    const context = canvas.getContext('2d');
    context.drawImage(picture, 0, 0);
    // The middle only: buttons and marks lie at the edges.
    const [x, y] = [picture.width * 0.2, picture.height * 0.2].map(Math.round);
    const { data } = context.getImageData(x, y, picture.width - 2 * x, picture.height - 2 * y);
    let [hash, coloured] = [0, 0];
    for (let i = 0; i < data.length; i += 4) {
      const [red, green, blue] = data.subarray(i, i + 3);
      hash = (Math.imul(hash, 31) + red + 7 * green + 13 * blue) | 0;
      // The background is nearly grey.
      if (Math.max(red, green, blue) - Math.min(red, green, blue) > 30) coloured += 1;
    }
    return { hash, share: coloured / (data.length / 4) };
  }, [...shot]);
}

/** Records of the collection, by the API. */
export async function ask(path) {
  const response = await fetch(address(path));
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

/** A page of each kind, on whatever the collection holds. */
export async function pages() {
  const { items } = await ask('/v1/search?limit=1');
  const [shape] = items;
  const alike = await ask(`/v1/search?limit=2&q=structure:${shape.structure}+-quality:remote`);
  const names = alike.items.map(({ name }) => name).join(',');
  return {
    start: '/',
    'all shapes': '/search',
    results: `/search?q=${shape.structure}+xyzzy`,
    nothing: '/search?q=xyzzy',
    'nothing of several': `/search?q=${shape.structure}+volume:%3E90000ml`,
    table: '/search?view=table&sort=-volume',
    narrowed: `/search?q=structure:${shape.structure}+age:0..89+-source:xyzzy`,
    shape: shape.url,
    subject: `/b/${shape.source}/${shape.subject}`,
    anatomy: '/a',
    structure: `/a/${shape.structure}`,
    compare: `/compare?s=${names}`,
    'compare nothing': '/compare',
    sources: '/d',
    source: `/d/${shape.source}`,
    cart: '/cart',
    take: `/selections?q=${shape.structure}`,
    missing: '/s/no/such/shape',
  };
}
