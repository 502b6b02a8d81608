import { MedshapeViewer } from './element';
import { ShapeViewer } from './viewer/viewer';

if (!customElements.get('shape-viewer')) customElements.define('shape-viewer', ShapeViewer);
if (!customElements.get('medshape-viewer')) customElements.define('medshape-viewer', MedshapeViewer);
