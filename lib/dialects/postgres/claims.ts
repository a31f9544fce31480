// The work under a lock that each hazard warns of, to be held against what was seen. Facts only.

export const CLAIMS: Readonly<Record<string, 'rewrite' | 'index' | 'scan'>> = {
  'pg-add-column-volatile-default': 'rewrite',
  'pg-add-serial-identity': 'rewrite',
  'pg-add-stored-generated': 'rewrite',
  'pg-change-type-rewrite': 'rewrite',
  'pg-rewrite-maintenance': 'rewrite',
  'pg-change-type-reindex': 'index',
  'pg-create-index-blocking': 'index',
  'pg-reindex-blocking': 'index',
  'pg-add-primary-key': 'index',
  'pg-add-unique-constraint': 'index',
  'pg-add-exclusion': 'index',
  'pg-add-check-validating': 'scan',
  'pg-set-not-null-scan': 'scan',
  'pg-attach-partition-scan': 'scan',
};
