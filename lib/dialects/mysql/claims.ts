// The work on a table that each hazard warns of, to be held against the algorithm that the server chose. Facts only.

export const CLAIMS: Readonly<Record<string, 'rewrite' | 'index' | 'scan'>> = {
  'my-change-type-copy': 'rewrite',
  'my-varchar-length-byte': 'rewrite',
  'my-enum-set-reorder': 'rewrite',
  'my-enum-storage-grow': 'rewrite',
  'my-not-null-to-null': 'rewrite',
  'my-add-auto-increment': 'rewrite',
  'my-add-stored-generated': 'rewrite',
  'my-row-format-compression': 'rewrite',
  'my-primary-key-change': 'rewrite',
  'my-add-fk-copy': 'rewrite',
  'my-add-check': 'rewrite',
  'my-algorithm-lock-missing': 'rewrite',
  'my-fulltext-spatial-index': 'index',
  'my-add-column-not-instant': 'rewrite',
  'my-add-index': 'index',
  'my-replica-lag': 'index',
  'my-online-log-overflow': 'index',
};
