// Pages in a browser: accessible, silent, and whole without JavaScript.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { ask, launch, openPage, pages, skip, untilLive, violations } from './browser.mjs';

const KINDS = ['start', 'all shapes', 'results', 'nothing', 'nothing of several', 'table', 'narrowed', 'shape', 'subject', 'anatomy', 'structure', 'compare', 'compare nothing', 'sources', 'source', 'cart', 'take', 'missing'];

describe('pages', { skip }, () => {
  let browser;
  let paths;
  before(async () => {
    [browser, paths] = [await launch(), await pages()];
  });
  after(() => browser?.close());

  for (const kind of KINDS) {
    for (const colorScheme of ['light', 'dark']) {
      test(`${kind} page has no axe violations (${colorScheme})`, async () => {
        // The policy of the site would keep axe itself out.
        const options = { colorScheme, bypassCSP: true };
        const { page, context } = await openPage(browser, paths[kind], options);
        if (await page.$('shape-viewer')) await untilLive(page);
        assert.deepEqual(await violations(page), []);
        await context.close();
      });
    }

    test(`${kind} page breaks no rule of its own and logs nothing`, async () => {
      const { page, context, complaints } = await openPage(browser, paths[kind]);
      if (await page.$('shape-viewer')) await untilLive(page);
      // The browser itself tells of the status of a missing page.
      const expected = kind === 'missing' ? complaints.filter((text) => /404/.test(text)) : [];
      assert.deepEqual(complaints, expected);
      await context.close();
    });

    test(`${kind} page works without JavaScript and on a phone`, async () => {
      const options = { javaScriptEnabled: false, viewport: { width: 360, height: 740 } };
      const { page, context } = await openPage(browser, paths[kind], options);
      assert.equal(await page.locator('h1').count(), 1);
      assert.ok(await page.locator('main').isVisible());
      const box = await page.locator('main').boundingBox();
      assert.ok(box.width <= 360, `it is ${box.width} wide`);
      if (kind === 'shape') {
        assert.ok(await page.locator('.poster img').first().isVisible());
        const { shape } = await ask(paths.shape.replace('/s/', '/v1/shapes/'));
        const links = page.locator('.downloads a');
        const offered = await links.evaluateAll((all) => all.map((link) => link.getAttribute('href')));
        assert.deepEqual(offered.sort(), shape.downloads.map(({ url }) => url).sort());
        assert.ok(offered.length > 4);
      }
      await context.close();
    });
  }

  test('search leads from the start page to a shape by keyboard alone', async () => {
    const { page, context } = await openPage(browser, paths.start);
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.tagName !== 'BODY'), true);
    await page.locator('main input[type=search]').focus();
    await page.keyboard.type('xyzzy -left');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/search?q=*');
    assert.match(await page.locator('.notice').innerText(), /xyzzy/);
    await page.goto(new URL(paths['all shapes'], page.url()).href);
    await page.locator('.card a').first().focus();
    await page.keyboard.press('Enter');
    await page.waitForURL('**/s/**');
    await context.close();
  });

  test('skip link is the first stop and leads to the content', async () => {
    const { page, context } = await openPage(browser, paths.sources);
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.className), 'skip');
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
    await context.close();
  });
});
