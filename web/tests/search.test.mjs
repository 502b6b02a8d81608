// The search page in a browser: suggestions, filters, ages and table, by pointer and by keyboard.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { ask, launch, openPage, skip } from './browser.mjs';

const total = async (page) => Number((await page.locator('.results-bar [role=status] strong').innerText()).replace(/\D/g, ''));
const chips = (page) => page.locator('.chip').allInnerTexts();
const apiTotal = async (query) => (await ask(`/v1/search?limit=1&q=${encodeURIComponent(query)}`)).total;

describe('search page', { skip }, () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());

  test('a count beside a filter is what the filter finds, and the chip takes it away', async () => {
    const { page, context, complaints } = await openPage(browser, '/search?q=kidney');
    const all = await total(page);
    const link = page.locator('.facet', { has: page.locator('h2', { hasText: 'Side' }) }).locator('.value').first();
    const count = Number((await link.locator('.count').innerText()).replace(/\D/g, ''));
    assert.ok(count > 0 && count < all);
    await link.focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/side%3Aleft/);
    await page.waitForSelector('.value[aria-current]');
    assert.equal(await total(page), count);
    assert.equal(await apiTotal('left kidney'), count);
    // The filter keeps the focus.
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute('aria-current')), 'true');
    await page.goBack();
    await page.waitForFunction(() => document.querySelectorAll('.chip').length === 1);
    assert.equal(await total(page), all);
    await page.goForward();
    await page.waitForFunction(() => document.querySelectorAll('.chip').length === 2);
    await page.locator('.chip', { hasText: 'left' }).click();
    await page.waitForFunction(() => document.querySelectorAll('.chip').length === 1);
    assert.equal(await total(page), all);
    assert.deepEqual(complaints, []);
    await context.close();
  });

  test('the same links work without JavaScript', async () => {
    const { page, context } = await openPage(browser, '/search?q=female+left+kidney', { javaScriptEnabled: false });
    const before = await chips(page);
    assert.equal(before.length, 3);
    await page.locator('.chip', { hasText: 'female' }).click();
    assert.equal((await chips(page)).length, 2);
    await page.locator('.switch a', { hasText: 'Table' }).click();
    const rows = await page.locator('table.hits tbody tr').count();
    assert.equal(rows, Math.min(await total(page), 48));
    await page.locator('th a', { hasText: 'Volume' }).click();
    assert.equal(await page.locator('th[aria-sort=descending]').count(), 1);
    await page.locator('.ages button').click();
    await page.waitForURL((url) => !url.searchParams.has('from'));
    await context.close();
  });

  test('suggestions obey the keyboard as a combobox does', async () => {
    const { page, context } = await openPage(browser, '/');
    const box = page.locator('main input[name=q]');
    await box.focus();
    await page.keyboard.type('female kid', { delay: 5 });
    const list = page.locator('main .suggestions');
    await list.waitFor();
    assert.equal(await box.getAttribute('aria-expanded'), 'true');
    assert.equal(await box.getAttribute('aria-controls'), await list.getAttribute('id'));
    await page.keyboard.press('ArrowDown');
    const active = await box.getAttribute('aria-activedescendant');
    const option = page.locator(`#${active}`);
    assert.equal(await option.getAttribute('aria-selected'), 'true');
    const text = await option.locator('.name').innerText();
    assert.equal(await box.inputValue(), text);
    await page.keyboard.press('Escape');
    assert.ok(!(await list.isVisible()));
    assert.equal(await box.inputValue(), 'female kid');
    await page.keyboard.type('n');
    await list.waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/search\?q=female\+kidney/);
    assert.equal((await chips(page)).length, 2);
    await context.close();
  });

  test('ages are chosen on the bars, by pointer and by keyboard', async () => {
    const { facets } = await ask('/v1/search?limit=1');
    const [[youngest]] = facets.ages;
    const { page, context } = await openPage(browser, '/search');
    const slider = page.locator('.ages input[name=from]');
    await slider.focus();
    for (let age = 0; age <= youngest; age += 1) await page.keyboard.press('ArrowRight');
    assert.equal(await page.locator('.ages output').innerText(), `${youngest + 1} years and older`);
    assert.ok((await page.locator('.histogram rect:not(.is-in)').count()) >= Math.floor((youngest + 1) / 5));
    await page.keyboard.press('Enter');
    await page.waitForURL(new RegExp(`age%3A${youngest + 1}`));
    await page.waitForSelector('.chip');
    assert.equal(await total(page), await apiTotal(`${youngest + 1}+`));
    // Drags the lower end back to the beginning.
    const box = await page.locator('.sliders').boundingBox();
    const at = box.x + (box.width * (youngest + 1)) / 90;
    await page.mouse.move(at, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x - 20, box.y + box.height / 2, { steps: 4 });
    await page.mouse.up();
    await page.waitForFunction(() => document.querySelectorAll('.chip').length === 0);
    await context.close();
  });

  test('structures are a tree that arrow keys walk', async () => {
    const { page, context, complaints } = await openPage(browser, '/search');
    const tree = page.getByRole('tree');
    assert.equal(await tree.count(), 1);
    assert.notEqual(await tree.getAttribute('aria-label'), '');
    // One stop for the Tab key.
    assert.equal(await tree.locator('[tabindex="0"]').count(), 1);
    const at = () => page.evaluate(() => {
      const item = document.activeElement;
      const { role, ariaLevel, ariaExpanded } = item;
      return { role, level: Number(ariaLevel), isOpen: ariaExpanded, name: item.textContent.trim() };
    });
    await tree.locator('[tabindex="0"]').focus();
    await page.keyboard.press('Home');
    const first = await at();
    assert.deepEqual([first.role, first.level, first.isOpen], ['treeitem', 1, 'false']);
    await page.keyboard.press('ArrowDown');
    assert.equal((await at()).level, 1);
    assert.notEqual((await at()).name, first.name);
    await page.keyboard.press('ArrowUp');
    assert.equal((await at()).name, first.name);
    // Right opens, right again enters, left goes back to the parent, left again closes.
    await page.keyboard.press('ArrowRight');
    assert.deepEqual([(await at()).name, (await at()).isOpen], [first.name, 'true']);
    await page.keyboard.press('ArrowRight');
    const child = await at();
    assert.equal(child.level, 2);
    await page.keyboard.press('ArrowLeft');
    assert.equal((await at()).name, first.name);
    await page.keyboard.press('ArrowLeft');
    assert.equal((await at()).isOpen, 'false');
    await page.keyboard.press('ArrowDown');
    assert.equal((await at()).level, 1, 'a closed branch is passed over');
    // A star opens all branches beside; letters go to names.
    await page.keyboard.press('*');
    assert.equal(await tree.locator('[aria-level="1"][aria-expanded="false"]').count(), 0);
    await page.keyboard.press('End');
    const last = await at();
    await page.keyboard.press('Home');
    await page.keyboard.type(last.name[0]);
    assert.equal((await at()).name[0].toLowerCase(), last.name[0].toLowerCase());
    // Enter on a leaf asks for it, and the focus stays on it.
    const leaf = tree.locator('a[role=treeitem]:visible').first();
    const name = await leaf.locator('.name').innerText();
    await leaf.focus();
    await page.keyboard.press('Enter');
    await page.waitForSelector('.value[aria-current]');
    assert.equal(await page.evaluate(() => document.activeElement.querySelector('.name')?.textContent), name);
    assert.equal(await tree.locator('[tabindex="0"]').count(), 1);
    assert.deepEqual(complaints, []);
    await context.close();
  });

  test('without JavaScript the tree is branches that open, and links', async () => {
    const { page, context } = await openPage(browser, '/search', { javaScriptEnabled: false });
    assert.equal(await page.getByRole('tree').count(), 0);
    const branch = page.locator('.tree > li > details:has(> ul > li > a.value)').first();
    await branch.locator('summary').first().click();
    const link = branch.locator('> ul > li > a.value').first();
    const count = Number((await link.locator('.count').innerText()).replace(/\D/g, ''));
    await link.click();
    assert.equal(await total(page), count);
    await context.close();
  });

  test('filters fold away on a phone', async () => {
    const { page, context } = await openPage(browser, '/search', { viewport: { width: 360, height: 740 } });
    assert.ok(!(await page.locator('.facet').first().isVisible()));
    await page.locator('.facets > summary').click();
    assert.ok(await page.locator('.facet').first().isVisible());
    await context.close();
  });

  test('nothing found says what to drop', async () => {
    const { page, context } = await openPage(browser, '/search?q=left+kidney+volume:%3E9000ml');
    const drop = page.locator('.drops a').first();
    assert.match(await drop.innerText(), /Without/);
    await drop.click();
    await page.waitForSelector('.card');
    assert.equal(await total(page), await apiTotal('left kidney'));
    await context.close();
  });

  test('scripts of a page without 3D weigh no more than 25 kB', async () => {
    const { page, context } = await openPage(browser, '/search');
    const sources = await page.$$eval('script[src]', (all) => all.map((script) => script.src));
    assert.ok(sources.length > 0);
    let bytes = 0;
    for (const source of sources) {
      const packed = await fetch(source, { headers: { 'accept-encoding': 'br' } });
      bytes += Number(packed.headers.get('content-length'));
    }
    assert.ok(bytes > 0 && bytes <= 25_000, `${bytes} bytes`);
    await context.close();
  });
});
