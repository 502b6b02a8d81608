import { button, element, icon } from './dom';
import { number, t } from './texts';

export interface ToolbarActions {
  turn(): void;
  zoomIn(): void;
  zoomOut(): void;
  reset(): void;
  orthographic(): void;
  fullDetail(): void;
  picture(): void;
  copyLink(): void;
  fullScreen(): void;
  help(): void;
}

const ICONS = {
  pause: 'M9 5v14M15 5v14',
  turn: 'M4 12a8 8 0 1 0 2.5-5.8M4 4v4h4',
  zoomIn: 'M12 5v14M5 12h14',
  zoomOut: 'M5 12h14',
  reset: 'M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5M12 11v2M11 12h2',
  orthographic: 'M5 8l7-4 7 4v8l-7 4-7-4zM5 8l7 4 7-4M12 12v8',
  fullDetail: 'M12 3l9 5-9 5-9-5zM3 12.5l9 5 9-5M3 17l9 5 9-5',
  fullScreen: 'M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5',
  picture: 'M4 8h3l2-3h6l2 3h3v11H4zM12 16.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7',
  link: 'M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3a4 4 0 0 0 5.7 5.7l1-1',
  help: 'M9 9a3 3 0 1 1 4 2.8c-.7.4-1 1-1 2.2M12 18v.2',
};

/** The visible buttons of a view. */
export class Toolbar {
  readonly node: HTMLElement;
  private readonly turn: HTMLButtonElement;
  private readonly orthographic: HTMLButtonElement;
  private readonly detail: HTMLButtonElement;

  constructor(actions: ToolbarActions) {
    this.turn = tool(t('spin'), ICONS.turn, actions.turn);
    this.orthographic = tool(t('parallel'), ICONS.orthographic, actions.orthographic);
    this.orthographic.setAttribute('aria-pressed', 'false');
    this.detail = tool(t('detail'), ICONS.fullDetail, actions.fullDetail);
    this.detail.hidden = true;
    this.node = element(
      'div',
      { class: 'toolbar', role: 'group', 'aria-label': t('view') },
      this.turn,
      tool(t('zoomIn'), ICONS.zoomIn, actions.zoomIn),
      tool(t('zoomOut'), ICONS.zoomOut, actions.zoomOut),
      tool(t('reset'), ICONS.reset, actions.reset),
      this.orthographic,
      this.detail,
      tool(t('picture'), ICONS.picture, actions.picture),
      tool(t('copyLink'), ICONS.link, actions.copyLink),
      ...(document.fullscreenEnabled ? [tool(t('fullScreen'), ICONS.fullScreen, actions.fullScreen)] : []),
      tool(t('help'), ICONS.help, actions.help),
    );
  }

  showTurning(isTurning: boolean): void {
    const label = isTurning ? t('stopSpin') : t('spin');
    this.turn.setAttribute('aria-label', label);
    this.turn.title = label;
    this.turn.replaceChildren(icon(isTurning ? ICONS.pause : ICONS.turn));
  }

  showOrthographic(isOn: boolean): void {
    this.orthographic.setAttribute('aria-pressed', String(isOn));
  }

  /** Offers full detail at this cost; `null` when there is none to get. */
  offerDetail(bytes: number | null): void {
    this.detail.hidden = bytes === null;
    if (bytes === null) return;
    const label = t('detailOf', { size: number(bytes / 1e6, 1) });
    this.detail.setAttribute('aria-label', label);
    this.detail.title = label;
  }
}

function tool(label: string, path: string, action: () => void): HTMLButtonElement {
  return button(label, { class: 'tool' }, action, icon(path));
}
