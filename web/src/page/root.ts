/** The path that the site stands under; empty for a site of its own. */
export const ROOT = document.documentElement.dataset.root ?? '';

/** The language that the address of this page asks for, if it does: its links and requests go on in it. */
export function inLanguage(address: string): string {
  const asked = new URLSearchParams(location.search).get('lang');
  return asked ? `${address}${address.includes('?') ? '&' : '?'}lang=${encodeURIComponent(asked)}` : address;
}
