// The cart and selections in a browser: by pointer, by keyboard, after a reload, and without JavaScript.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { ask, launch, openPage, pages, skip, untilLive } from './browser.mjs';

const inCart = (page) => page.locator('[data-cart-link]').innerText();

describe('cart', { skip }, () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());

  test('shapes put in by keyboard are there after a reload, with sizes and licences, and become a selection', async () => {
    const { page, context, complaints } = await openPage(browser, '/search?q=kidney');
    const buttons = page.locator('.card-cart');
    await buttons.first().focus();
    await page.keyboard.press('Enter');
    assert.equal(await inCart(page), 'Cart (1)');
    assert.equal(await buttons.first().getAttribute('aria-pressed'), 'true');
    assert.match(await page.locator('.toast[role=status]').innerText(), /1 shape in the cart/);
    await page.locator('button', { hasText: 'Put this page into the cart' }).click();
    const { total } = await ask('/v1/search?limit=1&q=kidney');
    assert.equal(await inCart(page), `Cart (${total})`);
    await page.reload();
    assert.equal(await inCart(page), `Cart (${total})`);
    await page.locator('[data-cart-link]').click();
    await page.waitForSelector('.cart-items li');
    assert.equal(await page.locator('.cart-items li').count(), total);
    assert.match(await page.locator('.formats').innerText(), /STL[^]*\d (kB|MB)/);
    assert.match(await page.locator('section', { hasText: 'Licences' }).last().innerText(), new RegExp(`: ${total} shapes`));
    assert.equal((await context.cookies()).length, 0);
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/cart.png`, fullPage: true });
    await page.locator('.remove').first().click();
    await page.waitForFunction((n) => document.querySelectorAll('.cart-items li').length === n, total - 1);
    await page.locator('button', { hasText: 'Keep' }).click();
    await page.waitForURL('**/selections/*');
    assert.match(await page.locator('h1').innerText(), new RegExp(`Selection of ${total - 1} shapes`));
    const stl = page.locator('.formats tr', { has: page.locator('th', { hasText: /^STL/ }) });
    const list = await page.request.get(new URL(await stl.locator('a', { hasText: 'txt' }).getAttribute('href'), page.url()).href);
    assert.equal((await list.text()).trim().split('\n').length, total - 1);
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/selection.png`, fullPage: true });
    assert.deepEqual(complaints, []);
    await context.close();
  });

  test('pages of shapes and subjects put in, and take out again', async () => {
    const { shape, subject, structure } = await pages();
    for (const path of [shape, subject, structure]) {
      const { page, context } = await openPage(browser, path);
      const button = page.locator('button.button[data-cart-add]').first();
      await button.click();
      assert.match(await inCart(page), /Cart \(\d+\)/, path);
      assert.match(await button.innerText(), /take out/);
      await button.click();
      assert.equal(await inCart(page), 'Cart', path);
      await context.close();
    }
  });

  test('a whole answer goes in, and stays when the answer is narrowed without leaving the page', async () => {
    const { page, context } = await openPage(browser, '/search?q=phantom');
    const { total } = await ask('/v1/search?limit=1&q=phantom');
    const whole = page.locator('[data-cart-query]');
    assert.ok(total > 48, 'the answer has several pages');
    await whole.click();
    await page.waitForFunction(() => /\(/.test(document.querySelector('[data-cart-link]').textContent));
    assert.equal(await inCart(page), `Cart (${total})`);
    await page.locator('.facet .value:visible').first().click();
    await page.waitForSelector('.value[aria-current]');
    assert.ok((await page.locator('.card-cart[aria-pressed=true]').count()) > 0);
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/search.png` });
    await context.close();
  });

  test('what is not there is named with the reason and can be taken out', async () => {
    const { page, context } = await openPage(browser, '/cart');
    assert.match(await page.locator('#cart').innerText(), /empty/);
    const { items } = await ask('/v1/search?limit=1');
    await page.evaluate((name) => localStorage.setItem('medshape-cart', JSON.stringify([name, 'no/such/shape'])), items[0].name);
    await page.reload();
    await page.waitForSelector('.cart-items li');
    assert.match(await page.locator('#cart .notice').innerText(), /no\/such\/shape: there is no shape/);
    await page.locator('#cart .notice .remove').click();
    await page.waitForFunction(() => !document.querySelector('#cart .notice'));
    await page.evaluate(() => localStorage.setItem('medshape-cart', '{broken'));
    await page.reload();
    assert.match(await page.locator('#cart').innerText(), /empty/);
    await context.close();
  });

  test('without JavaScript a question becomes a selection', async () => {
    const { page, context } = await openPage(browser, '/search?q=left+kidney', { javaScriptEnabled: false });
    assert.equal(await page.locator('[data-cart-add]:visible').count(), 0);
    await page.locator('a', { hasText: 'Download all of these' }).click();
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/take.png`, fullPage: true });
    await page.locator('button', { hasText: 'Keep as a selection' }).click();
    await page.waitForURL('**/selections/*');
    const { total } = await ask('/v1/search?limit=1&q=left+kidney');
    assert.match(await page.locator('h1').innerText(), new RegExp(`${total} shapes?`));
    await context.close();
  });

  test('a long state is copied as a short link that leads back to it', async () => {
    const { subject } = await pages();
    const { page, context, complaints } = await openPage(browser, subject, { permissions: ['clipboard-read', 'clipboard-write'] });
    await untilLive(page);
    const copied = async () => {
      await page.locator('[aria-label^="Copy the link"]').click();
      let text = '';
      // The server is asked before anything is copied.
      for (let n = 0; n < 100 && text === ''; n++) {
        text = await page.evaluate(() => navigator.clipboard.readText());
        await page.waitForTimeout(50);
      }
      await page.evaluate(() => navigator.clipboard.writeText(''));
      return text;
    };
    assert.match(await copied(), /\/b\//);
    const measures = Array.from({ length: 12 }, (_, n) => `Width ${n};1.0,2.0,3.0;4.0,5.0,6.0`).join('|');
    await page.goto(`${new URL(subject, page.url()).href}?m=${measures}`);
    await untilLive(page);
    const link = await copied();
    assert.match(link, /\/v\/[0-9a-f]{16}$/);
    const address = page.url();
    await page.goto(link);
    await untilLive(page);
    assert.equal(new URL(page.url()).searchParams.get('m'), new URL(address).searchParams.get('m'));
    assert.deepEqual(complaints, []);
    await context.close();
  });

  test('scripts of pages without 3D weigh less than 25 kB in gzip', async () => {
    const { page, context } = await openPage(browser, '/cart');
    const scripts = await page.locator('script[src]').evaluateAll((all) => all.map((script) => script.src));
    const { gzipSync } = await import('node:zlib');
    let weight = 0;
    for (const script of scripts) weight += gzipSync(Buffer.from(await (await fetch(script)).arrayBuffer())).length;
    assert.ok(weight > 0 && weight < 25_000, `${weight} bytes`);
    await context.close();
  });
});
