/** Builds elements. Text goes in as text, never as HTML. */

type Child = Node | string;

/** An element with these attributes and children; `true` sets an empty attribute, `false` none. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string | boolean> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== false) node.setAttribute(key, value === true ? '' : value);
  }
  node.append(...children);
  return node;
}

/** A button that does `action`. */
export function button(
  label: string,
  attributes: Record<string, string | boolean>,
  action: () => void,
  ...children: Child[]
): HTMLButtonElement {
  const node = element('button', { type: 'button', ...attributes }, ...children);
  if (children.length === 0) node.textContent = label;
  else node.setAttribute('aria-label', label);
  if (!node.title && children.length > 0) node.title = label;
  node.addEventListener('click', action);
  return node;
}

const SVG = 'http://www.w3.org/2000/svg';

/** A line icon, 24 units square, drawn in the colour of the text around it. */
export function icon(path: string): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const line = document.createElementNS(SVG, 'path');
  line.setAttribute('d', path);
  svg.append(line);
  return svg;
}

/** Hands a file to the person. */
export function save(blob: Blob, name: string): void {
  const link = element('a', { href: URL.createObjectURL(blob), download: name });
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
