// The 3D view in a browser: it shows something, obeys the keyboard, and fails in words.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { crc32 } from 'node:zlib';

import { ask, launch, look, openPage, pages, skip, untilLive } from './browser.mjs';

const note = (page) => page.locator('.viewer-note').first().innerText();

describe('3D view', { skip }, () => {
  let browser;
  let paths;
  before(async () => {
    [browser, paths] = [await launch(), await pages()];
  });
  after(() => browser?.close());

  for (const [kind, width] of [['shape', 1280], ['subject', 1280], ['subject', 390]]) {
    test(`${kind} takes the place of the picture, without moving the page (${width} wide)`, async () => {
      const viewport = { width, height: 800 };
      const { page, context } = await openPage(browser, paths[kind], { viewport });
      const shift = page.evaluate(
        () =>
          new Promise((resolve) => {
            let sum = 0;
            const observer = new PerformanceObserver((list) => {
              for (const entry of list.getEntries()) sum += entry.value;
            });
            observer.observe({ type: 'layout-shift', buffered: true });
            setTimeout(() => resolve(sum), 2500);
          }),
      );
      await untilLive(page);
      const { share } = await look(page);
      assert.ok(share > 0.05, `only ${share} of the view is coloured`);
      assert.ok((await shift) < 0.02, `the page moved by ${await shift}`);
      await context.close();
    });
  }

  test('stands still where motion is unwelcome, and turns where it is not', async () => {
    for (const [reducedMotion, turns] of [['reduce', false], ['no-preference', true]]) {
      const { page, context } = await openPage(browser, paths.shape, { reducedMotion });
      await untilLive(page);
      await page.waitForLoadState('networkidle');
      await page.waitForTimeout(1500);
      const [first, second] = [await look(page), await look(page)];
      assert.equal(first.hash !== second.hash, turns, reducedMotion);
      await context.close();
    }
  });

  test('obeys the keyboard', async () => {
    const { page, context, complaints } = await openPage(browser, paths.shape);
    await untilLive(page);
    await page.waitForLoadState('networkidle');
    const stage = page.locator('.stage');
    assert.equal(await stage.getAttribute('role'), 'application');
    assert.ok(await stage.getAttribute('aria-label'));
    await stage.focus();
    let before = await look(page);
    for (const key of ['ArrowRight', 'ArrowUp', '+', '-', '1', '3', '5', 'Shift+ArrowLeft', 'o', 'f']) {
      await page.keyboard.press(key);
      const after = await look(page);
      assert.notEqual(after.hash, before.hash, `${key} changes nothing`);
      before = after;
    }
    await page.keyboard.press('4');
    assert.match(await note(page), /left/);
    await page.keyboard.press('?');
    assert.ok(await page.locator('dialog.help').isVisible());
    await page.keyboard.press('Escape');
    assert.ok(!(await page.locator('dialog.help').isVisible()));
    assert.deepEqual(complaints, []);
    await context.close();
  });

  test('selects, isolates, hides and shows parts by list and key', async () => {
    const { page, context } = await openPage(browser, paths.subject);
    await untilLive(page);
    await page.waitForFunction(() => !document.querySelector('.parts .is-waiting'), null, { timeout: 120_000 });
    const shown = () => page.locator('.parts li input:checked').count();
    const all = await shown();
    assert.ok(all > 1, 'the first subject has several shapes');
    const name = page.locator('.part-name').first();
    await name.click();
    assert.equal(await name.getAttribute('aria-pressed'), 'true');
    await page.locator('.stage').focus();
    await page.keyboard.press('i');
    assert.equal(await shown(), 1);
    await page.keyboard.press('i');
    assert.equal(await shown(), all);
    await page.keyboard.press('h');
    assert.equal(await shown(), all - 1);
    await page.keyboard.press('a');
    assert.equal(await shown(), all);
    await page.locator('.parts legend input').first().uncheck();
    assert.ok((await shown()) < all);
    await context.close();
  });

  test('a click on the view selects what is there', async () => {
    const { page, context } = await openPage(browser, paths.subject);
    await untilLive(page);
    await page.waitForFunction(() => !document.querySelector('.parts .is-waiting'), null, { timeout: 120_000 });
    const box = await page.locator('.stage').boundingBox();
    // Somewhere on the cross through the middle there is a structure.
    for (const share of [0.5, 0.45, 0.55, 0.4, 0.6, 0.35, 0.65]) {
      await page.mouse.click(box.x + box.width * share, box.y + box.height * 0.5);
      if (await page.locator('.selection').isVisible()) break;
    }
    assert.ok(await page.locator('.selection').isVisible());
    assert.equal(await page.locator('.part-name[aria-pressed=true]').count(), 1);
    await context.close();
  });

  test('pulls apart, cuts, fades and colours, and the address says so', async () => {
    const { page, context, complaints } = await openPage(browser, paths.shape);
    await untilLive(page);
    await page.waitForLoadState('networkidle');
    const whole = await look(page);
    await page.locator('.tools > summary').click();
    const cut = page.locator('.cut').nth(1);
    await cut.locator('input[type=checkbox]').check();
    await page.waitForURL(/clip=y:0\.5/);
    const half = await look(page);
    assert.notEqual(half.hash, whole.hash);
    // A cap closes the cut: from the front nearly as much is coloured as before.
    await page.locator('.stage').focus();
    await page.keyboard.press('1');
    const capped = await look(page);
    await cut.getByRole('button').click();
    await page.waitForURL(/clip=y:0\.5f/);
    const other = await look(page);
    assert.ok(capped.share > 0.5 * other.share, `${capped.share} of ${other.share}`);
    await cut.locator('input[type=checkbox]').uncheck();
    await page.waitForURL((url) => !url.searchParams.has('clip'));
    await page.locator('.stage').focus();
    await page.keyboard.press('z');
    await page.waitForURL(/clip=/);
    assert.ok(await cut.locator('input[type=checkbox]').isChecked());
    assert.deepEqual(complaints, []);
    await context.close();
  });

  test('of a whole subject each structure has its opacity and colour, kept in the address', async () => {
    const { page, context } = await openPage(browser, paths.subject);
    await untilLive(page);
    await page.waitForFunction(() => !document.querySelector('.parts .is-waiting'), null, { timeout: 120_000 });
    await page.locator('.part-name').first().click();
    const slider = page.locator('.part-more:visible input[type=range]');
    await slider.focus();
    await page.keyboard.press('Home');
    for (let step = 0; step < 4; step += 1) await page.keyboard.press('ArrowRight');
    await page.waitForURL(/op=[a-z0-9.-]+:20/);
    await page.locator('.stage').focus();
    await page.keyboard.press('x');
    await page.waitForURL((url) => !url.searchParams.has('op'));
    await page.keyboard.press('e');
    await page.waitForURL(/ex=0\.5/);
    const address = page.url();
    const before = await look(page);
    await page.goto(address);
    await untilLive(page);
    await page.waitForFunction(() => !document.querySelector('.parts .is-waiting'), null, { timeout: 120_000 });
    await page.waitForLoadState('networkidle');
    assert.equal(await page.locator('.part-name[aria-pressed=true]').count(), 1);
    assert.ok(Math.abs((await look(page)).share - before.share) < 0.02);
    await page.locator('.filter').fill('xyzzy');
    assert.equal(await page.locator('.parts li:visible').count(), 0);
    await context.close();
  });

  test('measures by keyboard alone: named, removed, in the address', async () => {
    const { page, context } = await openPage(browser, paths.shape);
    await untilLive(page);
    await page.waitForLoadState('networkidle');
    await page.locator('.stage').focus();
    await page.keyboard.press('1');
    await page.waitForTimeout(500);
    await page.keyboard.press('m');
    await page.keyboard.press('Enter');
    assert.match(await note(page), /Point 1 of 2/);
    await page.keyboard.press('2');
    await page.waitForTimeout(500);
    await page.keyboard.press('Enter');
    // From the middle of the front to the middle of the back: no more than the shape is deep.
    const { shape } = await ask(paths.shape.replace('/s/', '/v1/shapes/'));
    const { bounds_min_mm: low, bounds_max_mm: high } = shape.measures;
    const mm = Number(/([\d.]+) mm/.exec(await page.locator('.measures strong').innerText())?.[1] ?? NaN);
    assert.ok(mm > 0 && mm <= Math.hypot(...low.map((value, axis) => high[axis] - value)), `${mm} mm`);
    await page.waitForURL(/m=Distance/);
    const name = page.locator('.measures input');
    await name.fill('Depth');
    await name.press('Tab');
    await page.waitForURL(/m=Depth/);
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export as CSV' }).click();
    const table = readFileSync(await (await download).path(), 'utf8');
    assert.match(table, /^name,value,unit,x1_mm/);
    assert.match(table, /"Depth",[\d.]+,mm,/);
    await page.reload();
    await untilLive(page);
    assert.equal(await page.locator('.measures input').inputValue(), 'Depth');
    await page.locator('.measures button').click();
    assert.equal(await page.locator('.measures li').count(), 0);
    await context.close();
  });

  test('a saved picture carries licence and citation', async () => {
    const { page, context } = await openPage(browser, paths.shape);
    await untilLive(page);
    await page.waitForLoadState('networkidle');
    const download = page.waitForEvent('download');
    await page.locator('.stage').focus();
    await page.keyboard.press('p');
    const png = readFileSync(await (await download).path());
    assert.equal(png.subarray(1, 4).toString(), 'PNG');
    const chunks = new Map();
    for (let at = 8; at < png.length; at += png.readUInt32BE(at) + 12) {
      const [length, kind] = [png.readUInt32BE(at), png.subarray(at + 4, at + 8).toString()];
      const data = png.subarray(at + 8, at + 8 + length);
      assert.equal(crc32(png.subarray(at + 4, at + 8 + length)), png.readUInt32BE(at + 8 + length), kind);
      if (kind === 'iTXt') chunks.set(data.subarray(0, data.indexOf(0)).toString(), data.subarray(data.indexOf(0) + 5).toString());
    }
    const { source } = await ask(paths.shape.replace('/s/', '/v1/shapes/'));
    assert.equal(chunks.get('Copyright'), source.licence.id);
    assert.equal(chunks.get('Source'), source.citation);
    await context.close();
  });

  test('views side by side look from the same place at the same scale', async () => {
    const { page, context, complaints } = await openPage(browser, paths.compare);
    await page.waitForFunction(() => document.querySelectorAll('shape-viewer.is-live').length === 3, null, { timeout: 90_000 });
    await page.waitForLoadState('networkidle');
    const bars = await page.locator('.scale-bar').allInnerTexts();
    const widths = await page.locator('.scale-bar').evaluateAll((all) => all.map((bar) => bar.clientWidth));
    assert.equal(new Set(bars).size, 1);
    assert.ok(Math.max(...widths) - Math.min(...widths) <= 1, String(widths));
    const compass = () => page.locator('.marks').evaluateAll((all) => all.map((marks) => marks.querySelector('.mark').style.transform));
    const before = await compass();
    await page.locator('.stage').first().focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowUp');
    await page.waitForTimeout(800);
    const after = await compass();
    assert.notDeepEqual(after, before);
    assert.equal(new Set(after).size, 1, String(after));
    assert.deepEqual(complaints, []);
    await context.close();
  });

  test('says which file failed and tries again', async () => {
    const context = await browser.newContext({ reducedMotion: 'reduce' });
    const page = await context.newPage();
    let broken = true;
    await page.route('**/*.glb*', (route) => (broken ? route.abort() : route.continue()));
    await page.goto(new URL(paths.shape, process.env.MEDSHAPE_URL).href);
    const retry = page.locator('.viewer-note button');
    await retry.waitFor();
    assert.ok(await page.locator('.poster img').isVisible());
    broken = false;
    await retry.click();
    await untilLive(page);
    await context.close();
  });

  test('keeps the picture and says so where there is no WebGL', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.addInitScript(() => {
      HTMLCanvasElement.prototype.getContext = () => null;
    });
    await page.goto(new URL(paths.shape, process.env.MEDSHAPE_URL).href);
    await page.waitForFunction(() => document.querySelector('.viewer-note')?.textContent.includes('WebGL'));
    assert.ok(await page.locator('.poster img').isVisible());
    await context.close();
  });
});
