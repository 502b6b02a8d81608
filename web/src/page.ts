import { attachAges } from './page/ages';
import { suggest } from './page/suggest';
import { browse } from './page/browse';
import { attachCart } from './page/cart';
import { cartPage } from './page/cart-page';
import { share } from './page/share';
import { attachTrees } from './page/tree';

for (const input of document.querySelectorAll<HTMLInputElement>('form.search input[name=q]')) suggest(input);
attachAges(document);
attachTrees(document);
browse();
share();
cartPage();
attachCart();

// A menu closes when one goes elsewhere.
document.addEventListener('click', ({ target }) => close((menu) => !menu.contains(target as Node)));
document.addEventListener('keydown', ({ key }) => {
  if (key === 'Escape') close((menu) => menu.contains(document.activeElement));
});

function close(isWanted: (menu: HTMLDetailsElement) => boolean): void {
  for (const menu of document.querySelectorAll<HTMLDetailsElement>('details.menu[open]')) {
    if (!isWanted(menu)) continue;
    if (menu.contains(document.activeElement)) menu.querySelector('summary')?.focus();
    menu.open = false;
  }
}

// Another language of the same page keeps what scripts have put into the address: a view, an answer.
document.addEventListener('click', ({ target }) => {
  const link = (target as Element).closest<HTMLAnchorElement>('a[data-language]');
  if (!link) return;
  const here = location.search.slice(1).split('&').filter((part) => part !== '' && !part.startsWith('lang='));
  link.search = `?${[...here, `lang=${link.dataset.language}`].join('&')}`;
});
