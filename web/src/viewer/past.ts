/** The states that a view has been in: each stands in the address, and can be gone back to. */

/** Writes a query into the address; pages from a disk may not change theirs, and go on without. */
function putInAddress(query: string): void {
  try {
    history.replaceState(history.state, '', `${location.pathname}${query}${location.hash}`);
  } catch {
    // The view is the same, its address only does not say so.
  }
}

export class Past {
  private readonly undone: string[] = [];
  private readonly done: string[] = [];

  /** A new state, as the address says it: no step in the history of the browser, one in that of the view. */
  remember(query: string): void {
    if (query === location.search) return;
    this.done.push(location.search);
    this.undone.length = 0;
    putInAddress(query);
  }

  /** Goes back to the state before; `null` if there is none. */
  undo(): string | null {
    return step(this.done, this.undone);
  }

  /** Goes forward to the state that was undone last; `null` if there is none. */
  redo(): string | null {
    return step(this.undone, this.done);
  }
}

function step(from: string[], to: string[]): string | null {
  const query = from.pop();
  if (query === undefined) return null;
  to.push(location.search);
  putInAddress(query);
  return query;
}
