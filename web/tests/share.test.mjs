// Shapes that leave the site: copied, reported, offline, in pages of others, on phones.
import assert from 'node:assert/strict';
import { statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { after, before, describe, test } from 'node:test';

import { address, ask, launch, look, openPage, pages, skip, untilLive, violations } from './browser.mjs';

const PUBLIC = process.env.MEDSHAPE_PUBLIC_URL;

const servers = [];

/** A page that stands on an origin of its own. */
async function elsewhere(html) {
  const server = createServer((_, response) => response.setHeader('content-type', 'text/html').end(html));
  servers.push(server);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://localhost:${server.address().port}/`;
}

describe('shapes that leave the site', { skip }, () => {
  let browser;
  let paths;
  before(async () => {
    [browser, paths] = [await launch(), await pages()];
  });
  after(async () => {
    for (const server of servers) server.closeAllConnections(), server.close();
    await browser?.close();
  });

  test('each line is copied whole by its button', async () => {
    const options = { permissions: ['clipboard-read', 'clipboard-write'] };
    const { page, context, complaints } = await openPage(browser, paths.shape, options);
    const lines = page.locator('[data-copy]');
    assert.ok((await lines.count()) >= 5);
    for (const line of await lines.all()) {
      const text = await line.locator('code').textContent();
      await line.getByRole('button').click();
      await line.getByText('Copied', { exact: true }).first().waitFor();
      assert.equal(await page.evaluate(() => navigator.clipboard.readText()), text);
    }
    const link = await page.locator('[data-copy=Link] code').textContent();
    assert.equal(link, address(paths.shape));
    assert.deepEqual(complaints, []);
    await context.close();
  });

  test('the curl line and the Python line fetch the file that they name', async () => {
    const { page, context } = await openPage(browser, paths.shape);
    for (const what of ['curl', 'Python']) {
      const line = await page.locator(`[data-copy=${what}] code`).textContent();
      const url = /https?:\/\/[^\s"]+/.exec(line)[0];
      const answer = await fetch(url);
      assert.equal(answer.status, 200, line);
      assert.ok((await answer.arrayBuffer()).byteLength > 1000);
    }
    await context.close();
  });

  test('a place among others is drawn and said', async () => {
    const { items } = await ask('/v1/search?q=structure:kidney&limit=1');
    const { page, context } = await openPage(browser, items[0].url);
    const plot = page.locator('figure.place svg');
    assert.match(await plot.getAttribute('aria-label'), /among \d+ shapes of the kidney .*median is/);
    assert.ok((await plot.locator('rect').count()) > 1);
    assert.equal(await plot.locator('path.here').count(), 1);
    await context.close();
  });

  test('a problem is reported without JavaScript, and the curator reads it', async () => {
    const { page, context } = await openPage(browser, paths.shape, { javaScriptEnabled: false });
    await page.getByRole('link', { name: 'Report a problem' }).click();
    await page.getByLabel('The surface has holes').check();
    await page.getByLabel('In a few words').fill('<b>Not</b> closed at the top');
    await page.getByRole('button', { name: 'Send' }).click();
    assert.equal(await page.locator('h1').innerText(), 'Thank you');
    await page.goto(address('/reports'));
    assert.ok(await page.getByText('<b>Not</b> closed at the top').isVisible());
    await context.close();
  });

  test('a report takes the view along', async () => {
    const { page, context } = await openPage(browser, `${paths.shape}?cam=30,12,2.4`);
    await page.getByRole('link', { name: 'Report a problem' }).click();
    await page.waitForURL(/report/);
    assert.match(await page.locator('input[name=view]').inputValue(), /^\?cam=30,12,2\.4/);
    await context.close();
  });

  for (const colorScheme of ['light', 'dark']) {
    test(`report, reports and frame have no axe violations (${colorScheme})`, async () => {
      const embedded = paths.shape.replace('/s/', '/embed/s/');
      for (const path of [paths.shape.replace('/s/', '/report/'), '/reports', embedded]) {
        const { page, context } = await openPage(browser, path, { colorScheme, bypassCSP: true });
        if (await page.$('shape-viewer')) await untilLive(page);
        assert.deepEqual(await violations(page), [], path);
        if (path.startsWith('/report/')) {
          await page.getByLabel('Something else').check();
          await page.getByLabel('In a few words').fill(`seen in ${colorScheme}`);
          await page.getByRole('button', { name: 'Send' }).click();
          await page.getByRole('heading', { name: 'Thank you' }).waitFor();
          assert.deepEqual(await violations(page), [], 'thanks');
        }
        await context.close();
      }
    });
  }

  for (const [kind, name] of [['shape', 'one shape'], ['subject', 'a whole subject']]) {
    test(`an offline page of ${name} opens from a disk with the network off`, async () => {
      const path = kind === 'shape' ? `${paths.shape.replace('/s/', '/download/')}/offline.html` : `${paths.subject.replace('/b/', '/download/')}/offline.html`;
      const answer = await fetch(address(path));
      assert.equal(answer.status, 200);
      const bytes = Buffer.from(await answer.arrayBuffer());
      assert.ok(bytes.length < 24e6, `${bytes.length} bytes`);
      const file = join(process.env.MEDSHAPE_SCRATCH ?? tmpdir(), `medshape-offline-${process.pid}-${kind}.html`);
      writeFileSync(file, bytes);
      const context = await browser.newContext({ reducedMotion: 'reduce', offline: true });
      const page = await context.newPage();
      const [complaints, requests] = [[], []];
      page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(String(error)));
      page.on('request', (request) => requests.push(request.url()));
      await page.goto(pathToFileURL(file).href);
      await untilLive(page);
      if (kind === 'subject') await page.waitForFunction(() => !document.querySelector('.parts .is-waiting'), null, { timeout: 120_000 });
      assert.ok((await look(page)).share > 0.05);
      assert.ok(await page.getByRole('heading', { name: 'Licence and citation' }).isVisible());
      await page.locator('.stage').focus();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('c');
      await page.waitForTimeout(500);
      assert.deepEqual(complaints, []);
      assert.deepEqual(requests.filter((url) => /^https?:/.test(url)), []);
      if (process.env.MEDSHAPE_SHOTS) await page.screenshot({ path: join(process.env.MEDSHAPE_SHOTS, `offline-${kind}.png`) });
      await context.close();
      // Its policy would keep axe out.
      const free = await browser.newContext({ bypassCSP: true, reducedMotion: 'reduce' });
      const again = await free.newPage();
      await again.goto(pathToFileURL(file).href);
      await untilLive(again);
      assert.deepEqual(await violations(again), []);
      await free.close();
    });
  }

  const exported = process.env.MEDSHAPE_EXPORTED;

  test('the command writes such a page too, as fine as its limit lets it', { skip: !exported && 'MEDSHAPE_EXPORTED names no page' }, async () => {
    const { size } = statSync(exported);
    assert.ok(size > 1e6 && size <= 3e6, `${size} bytes`);
    const context = await browser.newContext({ reducedMotion: 'reduce', offline: true });
    const page = await context.newPage();
    await page.goto(pathToFileURL(exported).href);
    await untilLive(page);
    await page.waitForFunction(() => !document.querySelector('.parts .is-waiting'), null, { timeout: 120_000 });
    assert.ok((await look(page)).share > 0.05);
    assert.match(await page.locator('.notice').innerText(), /\d+ structures? (is|are) shown at a coarser level .* at most \d+\.\d\d mm off/s);
    assert.equal(await page.locator('main a[href^="/"]').count(), 0);
    await context.close();
  });

  const withoutPublic = !PUBLIC && 'MEDSHAPE_PUBLIC_URL does not name a server for the public';

  test('a frame on a page of another origin shows the shape, any other page does not', { skip: withoutPublic }, async () => {
    const name = paths.shape.slice(3);
    const [frame, page] = [`${PUBLIC}/embed/s/${name}`, `${PUBLIC}/s/${name}`];
    const site = await elsewhere(`<!doctype html><title>x</title><iframe id="a" src="${frame}" width="640" height="480"></iframe><iframe id="b" src="${page}" width="640" height="480"></iframe>`);
    const context = await browser.newContext({ reducedMotion: 'reduce' });
    const tab = await context.newPage();
    await tab.goto(site);
    const inside = tab.frameLocator('#a');
    await inside.locator('shape-viewer.is-live').waitFor({ timeout: 60_000 });
    assert.ok((await look(tab, inside.locator('.stage canvas'))).share > 0.05);
    assert.match(await inside.locator('.credit').innerText(), /\S+/);
    assert.equal(await tab.frameLocator('#b').locator('.site-header, shape-viewer').count(), 0);
    if (process.env.MEDSHAPE_SHOTS) await tab.screenshot({ path: join(process.env.MEDSHAPE_SHOTS, 'embed-frame.png') });
    await context.close();
  });

  test('the element on a page of another origin shows the shape', { skip: withoutPublic }, async () => {
    const name = paths.shape.slice(3);
    const site = await elsewhere(`<!doctype html><html lang="en"><title>x</title><style>body { background: white; max-width: 50rem }</style><main><h1>Elsewhere</h1><script type="module" src="${PUBLIC}/embed.js"></script><medshape-viewer shape="${name}"></medshape-viewer></main></html>`);
    const context = await browser.newContext({ reducedMotion: 'reduce', viewport: { width: 900, height: 800 } });
    const page = await context.newPage();
    const complaints = [];
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(site);
    await page.locator('medshape-viewer shape-viewer.is-live').waitFor({ timeout: 60_000 });
    await page.waitForLoadState('networkidle');
    assert.ok((await look(page, page.locator('medshape-viewer .stage canvas'))).share > 0.05);
    assert.equal(await page.locator('medshape-viewer .credit a').getAttribute('href'), `${PUBLIC}/s/${name}`);
    assert.equal(new URL(page.url()).search, '', 'the address of the page is its own');
    assert.deepEqual(complaints, complaints.filter((text) => /favicon/.test(text)));
    assert.deepEqual(await violations(page), []);
    if (process.env.MEDSHAPE_SHOTS) await page.screenshot({ path: join(process.env.MEDSHAPE_SHOTS, 'embed-element.png') });
    await context.close();
  });

  test('the site below a path suggests, browses and shows', { skip: withoutPublic }, async () => {
    const context = await browser.newContext({ reducedMotion: 'reduce' });
    const page = await context.newPage();
    const asked = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(`${PUBLIC}/search`);
    await page.locator('.browse a.value:visible').first().click();
    await page.waitForURL(`${PUBLIC}/search?**`);
    await page.locator('.site-header input[type=search]').fill('li');
    await page.locator('.suggestions [role=option]').first().waitFor();
    await page.goto(`${PUBLIC}${paths.shape}`);
    await untilLive(page);
    const outside = asked.filter((url) => url.startsWith('http') && !url.startsWith(`${PUBLIC}/`));
    assert.deepEqual(outside, []);
    await context.close();
  });

  test('ways into the room are offered where they work, and only there', async () => {
    const desktop = await openPage(browser, paths.shape);
    assert.equal(await desktop.page.locator('[data-room]:visible').count(), 0);
    assert.equal(await desktop.page.locator('[data-room]').count(), 2);
    await desktop.context.close();
    const context = await browser.newContext();
    await context.addInitScript(() => {
      // What Safari on a phone says.
      const { supports } = DOMTokenList.prototype;
      DOMTokenList.prototype.supports = function (token) {
        return token === 'ar' || supports.call(this, token);
      };
    });
    const page = await context.newPage();
    await page.goto(address(paths.shape));
    const link = page.locator('[data-room=quick-look] a');
    await link.waitFor({ state: 'visible' });
    assert.deepEqual(await link.evaluate((node) => [node.rel, node.children.length, node.firstElementChild.tagName]), ['ar', 1, 'IMG']);
    const usdz = await fetch(address(await link.getAttribute('href')));
    assert.equal(usdz.headers.get('content-type'), 'model/vnd.usdz+zip');
    const intent = await page.locator('[data-room=scene-viewer] a').getAttribute('href');
    const file = /file=([^&]+)/.exec(intent)[1];
    const glb = await fetch(decodeURIComponent(file));
    assert.equal(Buffer.from(await glb.arrayBuffer()).subarray(0, 4).toString(), 'glTF');
    await context.close();
  });
});
