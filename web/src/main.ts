import { ShapeViewer } from './viewer/viewer';

customElements.define('shape-viewer', ShapeViewer);
