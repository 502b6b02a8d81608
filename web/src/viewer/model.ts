import type { Texts } from './texts';

/** What the server says about the shapes of a page: the contract between its HTML and the viewer. */

/** One shape of the scene. */
export interface Part {
  /** `source/subject/structure`, never changes. */
  readonly name: string;
  /** What people call it: `left kidney`. */
  readonly label: string;
  /** The body system it is listed under. */
  readonly system: string;
  /** `#rrggbb`. */
  readonly colour: string;
  /** A short fact to show beside the label, such as its volume. */
  readonly fact: string;
  /** Where the page of the shape is; empty where that is out of reach. */
  readonly href: string;
  /** Whether its mesh is closed, so that a cut through it can be filled. */
  readonly solid: boolean;
  /** The mesh, coarsest level of detail first, full detail last; empty where none is stored. */
  readonly levels: readonly Level[];
  /** Three rows of four numbers: where it lies among the others, in millimetres. */
  readonly placement?: readonly (readonly number[])[];
  /** How far each vertex of its last level is from another shape. */
  readonly distances?: Distances;
}

/** Distances in the order of the vertices, as 32-bit floats. */
export interface Distances {
  readonly url: string;
  /** Where the colours end. */
  readonly limitMm: number;
  readonly signed: boolean;
}

/** A mesh of a shape at some level of detail. */
export interface Level {
  readonly url: string;
  readonly bytes: number;
  /** How far it lies off the mesh at full detail at most. */
  readonly errorMm: number;
}

/** All that a viewer shows. */
export interface SceneModel {
  /** What the scene shows, for people who do not see it. */
  readonly title: string;
  /** Whether to fetch full detail without being asked: pages of one shape do. */
  readonly fullDetail: boolean;
  readonly parts: readonly Part[];
  /** Whose it is, where the page around does not say it. */
  readonly credit?: SceneCredit;
  /** What the view says, where the page around does not hold it. */
  readonly texts?: Texts;
}

/** Licence and citation, the page of the shape, and a picture of it. */
export interface SceneCredit {
  readonly licence: string;
  readonly citation: string;
  readonly href: string;
  readonly poster: string | null;
}

/** The scene that the page carries inside the element, as a JSON block. */
export function sceneOf(element: Element): SceneModel {
  const block = element.querySelector('script[type="application/json"]');
  if (!block?.textContent) throw new Error('the page does not say what to show');
  return JSON.parse(block.textContent) as SceneModel;
}
