import { attachAges } from './page/ages';
import { suggest } from './page/suggest';
import { browse } from './page/browse';

for (const input of document.querySelectorAll<HTMLInputElement>('form.search input[name=q]')) suggest(input);
attachAges(document);
browse();
