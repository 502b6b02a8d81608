/** The path that the site stands under; empty for a site of its own. */
export const ROOT = document.documentElement.dataset.root ?? '';
