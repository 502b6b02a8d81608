// Every page in German: no English left, nothing cut off, accessible, and a language that stays.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { address, ask, launch, openPage, pages, skip, untilLive, violations } from './browser.mjs';

const german = (path) => `${path}${path.includes('?') ? '&' : '?'}lang=de`;

/** Words of the English pages that are no German words. */
const ENGLISH = new RegExp(
  `(?<![\\p{L}\\d-])(${[
    'the and of with for from this that its is are not all by to on or no none you your can one',
    'shape shapes search download left right female male year years kidney liver heart lung bone rib system',
    'structure structures source sources subject subjects cart licence licences quality age sex side size file files',
    'show view picture keep page pages report reports compare first larger held here nothing found unknown',
    'watertight cut mesh face faces close undo measure distance hide save copy share cite others back front',
    'selection release releases anatomy number numbers table understood remove clear more less next previous',
    'most least quarter pathology finding findings provenance input made names belongs kinds parts',
    'turn zoom move drag click wheel loading opacity colour retry flip suggestions empty',
  ]
    .join(' ')
    .split(/\s+/)
    .join('|')})(?![\\p{L}\\d-])`,
  'giu',
);

/** What a reader sees, hears and is hinted at, but for text in another language, names and code. */
function texts() {
  const foreign = ':is([lang]:not([lang=de]), code, pre, kbd, script, style)';
  const found = [document.title];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) if (!walker.currentNode.parentElement.closest(foreign)) found.push(walker.currentNode.data);
  for (const node of document.body.querySelectorAll('[aria-label], [title], [placeholder], [alt], [data-label]')) {
    if (node.closest(foreign)) continue;
    for (const name of ['aria-label', 'title', 'placeholder', 'alt', 'data-label']) found.push(node.getAttribute(name) ?? '');
  }
  return found.map((text) => text.trim()).filter((text) => text !== '');
}

/** What is wider than the room that it has. */
function cut() {
  const narrow = [...document.querySelectorAll('a, button, h1, h2, h3, dt, dd, legend, label, .badge, .stats dt, .card-text p')];
  const isCut = (node) => node.clientWidth > 0 && node.scrollWidth > node.clientWidth + 1 && getComputedStyle(node).display !== 'inline' && !node.closest('.scroll, .visually-hidden') && !node.classList.contains('visually-hidden');
  const { scrollWidth, clientWidth } = document.documentElement;
  const whole = scrollWidth > clientWidth ? [`the page: ${scrollWidth} of ${clientWidth}`] : [];
  return [...whole, ...narrow.filter(isCut).map((node) => `${node.className || node.localName}: ${node.textContent.trim().slice(0, 60)}`)];
}

describe('pages in German', { skip }, () => {
  let browser;
  let paths;
  let titles;
  before(async () => {
    [browser, paths] = [await launch(), await pages()];
    paths.report = paths.shape.replace('/s/', '/report/');
    paths.reports = '/reports';
    paths.releases = '/releases';
    paths.embed = paths.shape.replace('/s/', '/embed/s/');
    titles = (await ask('/v1/sources')).sources?.map(({ title }) => title) ?? [];
  });
  after(() => browser?.close());

  const KINDS = ['start', 'all shapes', 'results', 'nothing', 'nothing of several', 'table', 'narrowed', 'shape', 'subject', 'anatomy', 'structure', 'compare', 'compare nothing', 'sources', 'source', 'cart', 'take', 'missing', 'report', 'reports', 'releases', 'embed'];

  const shot = (page, name) => process.env.SHOTS && page.screenshot({ path: `${process.env.SHOTS}/de-${name.replaceAll(' ', '-')}.png`, fullPage: true });

  /** English words on the page, each with the text that it stands in. */
  async function english(page) {
    const names = [...titles, 'Scene Viewer', 'AR Quick Look', 'CC BY'];
    // Names of licences, of formats and of shapes, and conditions as they are typed, are the same everywhere.
    const clean = (text) => names.reduce((rest, name) => rest.replaceAll(name, ''), text).replace(/\bCC-[\w.-]+|[\w-]+:[\w.-]+|\w+(\/[\w-]+)+|DISTANCE\.NPZ/g, '');
    const found = await page.evaluate(texts);
    return found.filter((text) => clean(text).match(ENGLISH));
  }

  for (const kind of KINDS) {
    test(`${kind} page has no English left, and axe finds nothing`, async () => {
      const { page, context } = await openPage(browser, german(paths[kind]), { bypassCSP: true });
      if (await page.$('shape-viewer')) await untilLive(page);
      assert.equal(await page.evaluate(() => document.documentElement.lang), 'de');
      await page.evaluate(() => document.querySelectorAll('details').forEach((branch) => (branch.open = true)));
      assert.deepEqual(await english(page), []);
      assert.deepEqual(await violations(page), []);
      await shot(page, kind);
      await context.close();
    });

    test(`${kind} page cuts nothing off, on a phone neither`, async () => {
      for (const [width, height] of [[1280, 800], [360, 740]]) {
        const { page, context } = await openPage(browser, german(paths[kind]), { viewport: { width, height } });
        if (await page.$('shape-viewer')) await untilLive(page);
        assert.deepEqual(await page.evaluate(cut), [], `${width} wide`);
        if (width === 360) await shot(page, `${kind} phone`);
        await context.close();
      }
    });
  }

  test('the view says all that it says in German', async () => {
    const { page, context, complaints } = await openPage(browser, german(paths.subject));
    await untilLive(page);
    await page.locator('.part-name').first().click();
    for (const key of ['h', 'a', 'z', 'o', '1', 'm', 'Escape', 'g', 'x', 'i']) {
      await page.locator('.stage').press(key);
      assert.deepEqual(await english(page), [], key);
    }
    await page.locator('.stage').press('?');
    assert.ok(await page.locator('dialog.help').isVisible());
    await shot(page, 'help');
    assert.deepEqual(complaints, []);
    await context.close();
  });

  for (const kind of ['shape', 'subject']) {
    test(`an offline page of a ${kind} opens from a disk in German`, async () => {
      const link = german(`${paths[kind].replace(/^\/[sb]\//, '/download/')}/offline.html`);
      const answer = await fetch(address(link));
      assert.equal(answer.status, 200);
      const file = join(process.env.MEDSHAPE_SCRATCH ?? tmpdir(), `medshape-offline-de-${process.pid}-${kind}.html`);
      writeFileSync(file, Buffer.from(await answer.arrayBuffer()));
      // The policy of the page would keep axe out.
      const context = await browser.newContext({ reducedMotion: 'reduce', offline: true, bypassCSP: true });
      const page = await context.newPage();
      await page.goto(pathToFileURL(file).href);
      await untilLive(page);
      assert.equal(await page.evaluate(() => document.documentElement.lang), 'de');
      assert.deepEqual(await english(page), []);
      assert.deepEqual(await page.evaluate(cut), []);
      await page.locator('.stage').press('o');
      assert.match(await page.locator('.viewer-note').innerText(), /Parallel/);
      assert.deepEqual(await english(page), []);
      assert.deepEqual(await violations(page), []);
      await shot(page, `offline ${kind}`);
      await context.close();
    });
  }

  test('a German browser is answered in German, and the switch changes that', async () => {
    const { page, context } = await openPage(browser, '/search?q=Leber', { locale: 'de-DE' });
    assert.equal(await page.locator('h1').innerText(), '„Leber“');
    assert.ok((await page.locator('.card').count()) > 0);
    await page.locator('.languages a', { hasText: 'English' }).click();
    await page.waitForURL(/lang=en/);
    assert.equal(await page.evaluate(() => document.documentElement.lang), 'en');
    await page.locator('.card a').first().click();
    await page.waitForURL(/\/s\/.*lang=en/);
    assert.equal(await page.evaluate(() => document.documentElement.lang), 'en');
    await context.close();
  });

  test('the switch keeps what scripts have put into the address', async () => {
    const { page, context } = await openPage(browser, '/search?q=kidney');
    await page.locator('.facet .value:visible').first().click();
    await page.waitForFunction(() => document.querySelectorAll('.chip').length > 1);
    const before = new URL(page.url()).searchParams.get('q');
    await page.locator('.languages a', { hasText: 'Deutsch' }).click();
    await page.waitForURL(/lang=de/);
    assert.equal(new URL(page.url()).searchParams.get('q'), before);
    await context.close();
  });

  test('cart, suggestions and ages speak German', async () => {
    const { page, context, complaints } = await openPage(browser, german('/search?q=Niere'));
    const box = page.locator('header input[name=q]');
    await box.fill('');
    await box.pressSequentially('Lebe', { delay: 5 });
    await page.locator('header .suggestions li').first().waitFor();
    assert.equal(await page.locator('header .suggestions .name').first().innerText(), 'Leber');
    await box.press('Escape');
    await page.locator('.ages input[name=from]').focus();
    await page.keyboard.press('ArrowRight');
    assert.equal(await page.locator('.ages output').innerText(), 'ab 1 Jahren');
    await page.locator('.card [data-cart-add]').first().click();
    assert.deepEqual(await english(page), []);
    await page.goto(address(german('/cart')));
    await page.locator('.cart-items li').first().waitFor();
    assert.match(await page.locator('.cart-items a').first().innerText(), /^Niere/);
    assert.deepEqual(await english(page), []);
    await shot(page, 'cart filled');
    await page.getByRole('button', { name: /als Auswahl aufbewahren/ }).click();
    await page.waitForURL(/\/selections\/[0-9a-f]+\?lang=de/);
    assert.deepEqual(await english(page), []);
    await shot(page, 'selection');
    assert.deepEqual(complaints, []);
    await context.close();
  });
});
