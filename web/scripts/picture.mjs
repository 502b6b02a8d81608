// Takes a picture of a page of a running portal: node web/scripts/picture.mjs URL OUT.png [WIDTH HEIGHT]
// The pictures of the README are made with it.
import { launch } from '../tests/browser.mjs';

const [url, out, width = '1280', height = '880'] = process.argv.slice(2);
const browser = await launch();
const page = await browser.newPage({
  viewport: { width: Number(width), height: Number(height) },
  reducedMotion: 'reduce',
});
await page.goto(url, { waitUntil: 'networkidle' });
// Software rendering is slow: the view has to have drawn everything that has come.
await page.waitForTimeout(Number(process.env.WAIT_MS ?? 20_000));
await page.screenshot({ path: out });
await browser.close();
