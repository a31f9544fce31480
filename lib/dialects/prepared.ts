// A part of a dialect that is loaded by its `prepare`, because only the analysis of statements needs it.

export interface Prepared<T> {
  readonly load: () => Promise<void>;
  /** Throws TypeError before it is loaded: a mistake of the caller. */
  readonly get: () => T;
}

/** What `load` loads, once. */
export const prepared = <T extends object>(load: () => Promise<T>): Prepared<T> => {
  let part: T | null = null;
  return {
    load: async () => {
      part ??= await load();
    },
    get: () => {
      if (part) return part;
      throw new TypeError('The dialect analyses statements once `prepare` is over.');
    },
  };
};
