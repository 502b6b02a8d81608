/** Links that can be passed on by hand: long ones are kept by the server, under an id made of what they say. */

/** The path that the site stands under. Not shared with the pages' script: the viewer has to be one file. */
const ROOT = document.documentElement.dataset.root ?? '';

/** Beyond that, programs that pass links on cut them, or break them over lines. */
export const LONGEST = 300;

/** The address of this state: itself, or a short one if it is long and the server keeps it. */
export async function shareable({ href, pathname, search, origin }: Location): Promise<string> {
  if (search.length <= LONGEST) return href;
  const answer = await fetch(`${ROOT}/v1/views`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ address: pathname.slice(ROOT.length) + search }),
  }).catch(() => null);
  if (!answer?.ok) return href;
  const { url } = (await answer.json()) as { url: string };
  return origin + url;
}
