import { close, nextId, tie } from "./resources.js";

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
type Begin<T> = (list: number, maxPageSize: number | undefined) => () => Promise<T[] | undefined>;

export function paged<T>(begin: Begin<T>): PagedAsyncIterableIterator<T> {
  const byPage = (settings: PageSettings = {}) => pages(begin, settings);
  const items = each(byPage());
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

async function* pages<T>(begin: Begin<T>, { maxPageSize, continuationToken }: PageSettings): AsyncGenerator<T[], void> {
  if (continuationToken) throw new TypeError("a list can't be continued with a continuationToken; go on with its iterator");
  const list = nextId();
  const next = begin(list, maxPageSize);
  tie(next, list);
  try {
    for (let page = await next(); page !== undefined; page = await next()) yield page;
  } finally {
    close(next, list);
  }
}

async function* each<T>(pages: AsyncIterable<T[]>): AsyncGenerator<T, void> {
  for await (const page of pages) yield* page;
}
