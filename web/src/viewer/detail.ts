import type { Level } from './model';

/** The place of the coarsest level whose error cannot be seen where a pixel covers `mmPerPixel`. */
export function levelFor(levels: readonly Level[], mmPerPixel: number): number {
  const fine = levels.findIndex(({ errorMm }) => errorMm <= mmPerPixel);
  return fine < 0 ? levels.length - 1 : fine;
}

/** Files fetched at the same time. */
const PARALLEL = 6;

export async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
}
