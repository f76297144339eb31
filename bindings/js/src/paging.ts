import { dropNow, nextResourceId, dropWithOwner } from "./resources.js";

/** How pages are made. */
export interface PageSettings {
  /** How many a page has at most, 1 to 25. */
  maxPageSize?: number;
  /** Not taken: a page is only known by the one before it. */
  continuationToken?: string;
}

/** What is listed, one by one or page by page, as in the Azure SDK. */
export interface PagedAsyncIterableIterator<T> extends AsyncIterableIterator<T> {
  byPage(settings?: PageSettings): AsyncIterableIterator<T[]>;
}

/** Begins a list of that number; the function that comes back fetches its next page, `undefined` after the last. */
type CreatePageFetcher<T> = (listId: number, maxPageSize: number | undefined) => () => Promise<T[] | undefined>;

export function createPagedIterator<T>(createFetcher: CreatePageFetcher<T>): PagedAsyncIterableIterator<T> {
  const byPage = (settings: PageSettings = {}) => pages(createFetcher, settings);
  const items = flatten(byPage());
  return {
    next: () => items.next(),
    // A loop that is left ends the list.
    return: () => items.return(),
    [Symbol.asyncIterator]() {
      return this;
    },
    byPage,
  };
}

async function* pages<T>(createFetcher: CreatePageFetcher<T>, { maxPageSize, continuationToken }: PageSettings): AsyncGenerator<T[], void> {
  if (continuationToken) throw new TypeError("a list can't be continued with a continuationToken; go on with its iterator");
  const listId = nextResourceId();
  const next = createFetcher(listId, maxPageSize);
  dropWithOwner(next, listId);
  try {
    for (let page = await next(); page !== undefined; page = await next()) yield page;
  } finally {
    dropNow(next, listId);
  }
}

async function* flatten<T>(pages: AsyncIterable<T[]>): AsyncGenerator<T, void> {
  for await (const page of pages) yield* page;
}
