import { element } from './viewer/dom';
import type { SceneModel } from './viewer/model';
import { speak } from './viewer/texts';

/** Where the server is that this script came from: scripts stand in `assets/`. */
const SCRIPT = import.meta.url;
const BASE = new URL('../', SCRIPT);

/**
 * The view of a shape for pages of other sites: `<medshape-viewer shape="source/subject/structure">`.
 *
 * It takes everything from the server that its script came from, and says below the view whose the
 * shape is, in the language of the page around it if there are texts in it. Style and structure are
 * its own, in a shadow tree.
 */
export class MedshapeViewer extends HTMLElement {
  static readonly observedAttributes = ['shape'];
  private readonly root = this.attachShadow({ mode: 'open' });
  private asked = new AbortController();

  attributeChangedCallback(): void {
    if (this.isConnected) void this.show();
  }

  connectedCallback(): void {
    void this.show();
  }

  disconnectedCallback(): void {
    this.asked.abort();
  }

  private async show(): Promise<void> {
    this.asked.abort();
    this.asked = new AbortController();
    const { signal } = this.asked;
    const name = this.getAttribute('shape');
    if (!name) return this.say('The attribute `shape` names no shape.');
    try {
      const address = new URL(`v1/shapes/${encodeURI(name)}/scene.json`, BASE);
      const language = this.closest('[lang]')?.getAttribute('lang');
      if (language) address.searchParams.set('lang', language);
      const [scene, style] = await Promise.all([answer(address, signal), styleSheet(signal)]);
      if (signal.aborted) return;
      this.build((await scene.json()) as SceneModel, style);
      this.dispatchEvent(new CustomEvent('medshape-ready'));
    } catch (error) {
      if (!signal.aborted) this.say(`The shape could not be shown: ${error instanceof Error ? error.message : String(error)}.`);
    }
  }

  private build(scene: SceneModel, style: CSSStyleSheet): void {
    const model = whole(scene);
    const block = element('script', { type: 'application/json' });
    block.textContent = JSON.stringify(model);
    const { credit, texts } = model;
    if (texts) speak(texts);
    const poster = element('div', { class: 'poster' });
    if (credit?.poster) poster.append(element('img', { src: credit.poster, alt: model.title, crossorigin: 'anonymous' }));
    this.root.adoptedStyleSheets = [style];
    this.root.replaceChildren(
      element('shape-viewer' as 'div', {}, poster, block),
      element('p', { class: 'credit' }, element('a', { href: credit?.href ?? BASE.href }, model.title), `, ${credit?.licence ?? ''}. ${credit?.citation ?? ''}`),
    );
  }

  private say(text: string): void {
    this.root.replaceChildren(element('p', { role: 'alert' }, text));
  }
}

async function answer(address: URL, signal: AbortSignal): Promise<Response> {
  const response = await fetch(address, { signal });
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  return response;
}

/** The style of the site's pages; what they say of the whole page, it says of the element. */
async function styleSheet(signal: AbortSignal): Promise<CSSStyleSheet> {
  const text = await (await answer(new URL('assets/style.css', BASE), signal)).text();
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`${text.replaceAll(':root', ':host')}\n:host { display: block; font: 100%/1.55 var(--font); color: var(--ink); }`);
  return sheet;
}

/** The scene with addresses that lead to its server from everywhere. */
function whole(scene: SceneModel): SceneModel {
  const at = (address: string) => new URL(address, BASE).href;
  const parts = scene.parts.map((part) => ({
    ...part,
    href: at(part.href),
    levels: part.levels.map((level) => ({ ...level, url: at(level.url) })),
  }));
  const { credit } = scene;
  if (!credit) return { ...scene, parts };
  return { ...scene, parts, credit: { ...credit, href: at(credit.href), poster: credit.poster && at(credit.poster) } };
}
