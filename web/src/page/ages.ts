/** The sliders of the ages: the bars follow them, and letting go of one asks. */

const OLDEST = 90;
const BAR_YEARS = 5;

import { t } from './texts';

export function attachAges(root: ParentNode): void {
  for (const form of root.querySelectorAll<HTMLFormElement>('form.ages')) attach(form);
}

function attach(form: HTMLFormElement): void {
  const from = form.querySelector<HTMLInputElement>('input[name=from]');
  const to = form.querySelector<HTMLInputElement>('input[name=to]');
  const output = form.querySelector('output');
  if (!from || !to || !output) return;
  const range = () => [from.valueAsNumber, to.valueAsNumber].sort((a, b) => a - b) as [number, number];
  const follow = () => {
    const [least, most] = range();
    output.textContent = words(least, most);
    for (const bar of form.querySelectorAll<SVGRectElement>('rect')) {
      const start = Number(bar.dataset.from);
      bar.classList.toggle('is-in', start + BAR_YEARS > least && start <= most);
    }
  };
  form.addEventListener('input', follow);
  // Keys move a slider step by step: they wait for Enter or the button.
  let isPointed = false;
  form.addEventListener('pointerdown', () => (isPointed = true));
  form.addEventListener('keydown', ({ key }) => {
    isPointed = false;
    if (key === 'Enter') form.requestSubmit();
  });
  form.addEventListener('change', () => {
    if (isPointed) form.requestSubmit();
  });
}

function words(from: number, to: number): string {
  if (from === 0 && to === OLDEST) return t('allAges');
  if (from === to) return t(from === 1 ? 'year' : 'years', { n: from });
  if (to === OLDEST) return t('agesFrom', { from });
  return from === 0 ? t('agesTo', { to }) : t('ages', { from, to });
}
