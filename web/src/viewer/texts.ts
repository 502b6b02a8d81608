/** What this script says, in the language of the page, which hands it its texts (`viewer` in `crates/server/src/texts`). */

/** The names of all texts; a test of the server compares them with its files. */
export type Key =
  | 'noWebgl'
  | 'clickFirst'
  | 'nothingToMeasure'
  | 'nothingToUndo'
  | 'linkInBar'
  | 'noPicture'
  | 'pictureSaved'
  | 'allShown'
  | 'selectFirst'
  | 'stage'
  | 'viewed'
  | 'parallelOn'
  | 'perspectiveOn'
  | 'isGhost'
  | 'isSolid'
  | 'allSolid'
  | 'othersGhost'
  | 'linkCopied'
  | 'shortCopied'
  | 'selected'
  | 'isolate'
  | 'hide'
  | 'ghost'
  | 'ghostTitle'
  | 'showAll'
  | 'openPage'
  | 'onlyShown'
  | 'isHidden'
  | 'loading'
  | 'noMesh'
  | 'retry'
  | 'notShown'
  | 'front'
  | 'back'
  | 'right'
  | 'left'
  | 'above'
  | 'below'
  | 'viewFrom'
  | 'orientation'
  | 'answered'
  | 'otherDistances'
  | 'noGlb'
  | 'emptyGlb'
  | 'oddGlb'
  | 'noGeometry'
  | 'helpTurn'
  | 'helpMove'
  | 'helpZoom'
  | 'helpSides'
  | 'helpFit'
  | 'helpProjection'
  | 'helpSpin'
  | 'helpIsolate'
  | 'helpHide'
  | 'helpGhost'
  | 'helpGhostOthers'
  | 'helpAll'
  | 'helpExplode'
  | 'helpCut'
  | 'helpMeasure'
  | 'helpPicture'
  | 'helpLink'
  | 'helpUndo'
  | 'helpNone'
  | 'helpList'
  | 'gestureDrag'
  | 'gestureMove'
  | 'gestureZoom'
  | 'gestureClick'
  | 'gestureDouble'
  | 'helpSelect'
  | 'helpNear'
  | 'instructions'
  | 'keys'
  | 'close'
  | 'twoPoints'
  | 'threePoints'
  | 'pointSet'
  | 'distance'
  | 'angle'
  | 'structures'
  | 'retryPart'
  | 'find'
  | 'findInList'
  | 'showPart'
  | 'opacityOf'
  | 'colourOf'
  | 'opacity'
  | 'spin'
  | 'stopSpin'
  | 'parallel'
  | 'detail'
  | 'zoomIn'
  | 'zoomOut'
  | 'reset'
  | 'picture'
  | 'copyLink'
  | 'fullScreen'
  | 'help'
  | 'view'
  | 'detailOf'
  | 'sagittal'
  | 'coronal'
  | 'axial'
  | 'sagittalCut'
  | 'coronalCut'
  | 'axialCut'
  | 'sagittalFlip'
  | 'coronalFlip'
  | 'axialFlip'
  | 'pullThem'
  | 'csv'
  | 'pull'
  | 'cut'
  | 'measure'
  | 'tools'
  | 'toolsOne'
  | 'flip'
  | 'measurementName'
  | 'remove'
  | 'removeIt';

export type Texts = Readonly<Record<Key | 'lang', string>>;

let texts: Texts | undefined;

/** Takes texts that came with a scene: the page around may know none, or be another site's. */
export function speak(given: Texts): void {
  texts = given;
}

function known(): Partial<Texts> {
  texts ??= JSON.parse(document.getElementById('viewer-texts')?.textContent ?? '{}') as Texts;
  return texts;
}

/** A text with values in the places that have their names. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  return (known()[key] ?? key).replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));
}

/** A number as the language writes it; with so many decimals, or as many as it has. */
export function number(value: number, decimals?: number): string {
  const options = decimals === undefined ? {} : { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  return value.toLocaleString(known().lang ?? 'en', options);
}
