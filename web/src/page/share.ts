/** Buttons that copy a line, links that take the view along, and ways into the room where they work. */

import { t } from './texts';

/** How long a button says that it has copied, in ms. */
const SAID = 2500;

export function share(): void {
  for (const line of document.querySelectorAll<HTMLElement>('[data-copy]')) offerCopy(line);
  for (const link of document.querySelectorAll<HTMLAnchorElement>('a[data-with-view]')) takeViewAlong(link);
  for (const way of document.querySelectorAll<HTMLElement>('[data-room]')) way.hidden = !works(way.dataset.room);
}

function offerCopy(line: HTMLElement): void {
  if (!navigator.clipboard) return;
  const button = document.createElement('button');
  const said = document.createElement('span');
  button.type = 'button';
  button.className = 'button copy';
  button.textContent = t('copy');
  button.setAttribute('aria-label', t('copyWhat', { what: line.dataset.copy ?? '' }));
  said.className = 'visually-hidden';
  said.setAttribute('role', 'status');
  button.addEventListener('click', () => void copy(line.querySelector('code')?.textContent ?? '', button, said));
  line.append(button, said);
}

async function copy(text: string, button: HTMLButtonElement, said: HTMLElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    [button.textContent, said.textContent] = [t('copied'), `${t('copied')}.`];
  } catch {
    [button.textContent, said.textContent] = [t('notCopied'), t('mayNotCopy')];
  }
  window.setTimeout(() => ([button.textContent, said.textContent] = [t('copy'), '']), SAID);
}

/** The state of the view stands in the address; it changes until the link is followed. */
function takeViewAlong(link: HTMLAnchorElement): void {
  link.addEventListener('click', () => {
    const target = new URL(link.href);
    if (location.search) target.searchParams.set('view', location.search);
    link.href = target.href;
  });
}

function works(room: string | undefined): boolean {
  if (room === 'quick-look') return document.createElement('a').relList.supports('ar');
  // Scene Viewer fetches the file by itself, and from secure addresses only.
  return room === 'scene-viewer' && /Android/.test(navigator.userAgent) && location.protocol === 'https:';
}
