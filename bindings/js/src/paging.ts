import { dropNow, dropWithOwner, nextResourceId } from "./resources.js";
import { checkOptions, count, text } from "./validate.js";

/** Options of `byPage`, as in `@azure/core-paging`. */
export interface PageSettings {
  /** The most items of a page, 1 to 25. */
  maxPageSize?: number;
  /** Not supported: `byPage` throws a `TypeError` for it. */
  continuationToken?: string;
}

/** A list that is read item by item or page by page, as in the Azure SDK. */
export interface PagedAsyncIterableIterator<TElement, TPage = TElement[], TPageSettings = PageSettings> extends AsyncIterableIterator<TElement> {
  [Symbol.asyncIterator](): PagedAsyncIterableIterator<TElement, TPage, TPageSettings>;
  byPage(settings?: TPageSettings): AsyncIterableIterator<TPage>;
}

/** Makes the function that fetches the next page of the list with this resource id; `undefined` after the last page. */
type CreatePageFetcher<T> = (listId: number, maxPageSize: number | undefined) => () => Promise<T[] | undefined>;

export function createPagedIterator<T>(createFetcher: CreatePageFetcher<T>): PagedAsyncIterableIterator<T> {
  const byPage = (settings: PageSettings = {}) => pages(createFetcher, settings);
  const items = flatten(byPage());
  return {
    next: () => items.next(),
    // Called when a loop ends early; drops the component's list.
    return: () => items.return(),
    [Symbol.asyncIterator]() {
      return this;
    },
    byPage,
  };
}

async function* pages<T>(
  createFetcher: CreatePageFetcher<T>,
  settings: PageSettings,
): AsyncGenerator<T[], void> {
  const { maxPageSize, continuationToken } = checkOptions(settings, { maxPageSize: count, continuationToken: text }, "settings");
  if (continuationToken) throw new TypeError("continuationToken is not supported; continue with the iterator of the first call");
  const listId = nextResourceId();
  const fetchPage = createFetcher(listId, maxPageSize);
  dropWithOwner(fetchPage, listId);
  try {
    for (let page = await fetchPage(); page !== undefined; page = await fetchPage()) yield page;
  } finally {
    dropNow(listId);
  }
}

async function* flatten<T>(pages: AsyncIterable<T[]>): AsyncGenerator<T, void> {
  for await (const page of pages) yield* page;
}
