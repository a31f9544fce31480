// The closed table of error codes. Each code has a section in reference/errors.md (a test checks it).

/** Process exit codes, an API (reference/errors.md). */
export const EXIT = {
  done: 0,
  bug: 1,
  changes: 2,
  precondition: 3,
  notApproved: 4,
  unchanged: 5,
  partial: 6,
  mismatch: 7,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Stable code -> exit code. The code's section in reference/errors.md is its lower-case name. */
export const CODES = {
  // usage, configuration
  USAGE: EXIT.bug,
  INTERNAL: EXIT.bug,
  CONFIG_MISSING: EXIT.bug,
  CONFIG_INVALID: EXIT.bug,
  ENVIRONMENT_REQUIRED: EXIT.bug,
  ENVIRONMENT_UNKNOWN: EXIT.bug,
  REVERSE_REFUSED: EXIT.bug,
  STRATEGY_REASON_REQUIRED: EXIT.bug,
  RUN_MISSING: EXIT.precondition,
  RUN_FINISHED: EXIT.precondition,
  RUN_UNWRITABLE: EXIT.precondition,
  ARTIFACT_INVALID: EXIT.precondition,
  // connection
  URL_MISSING: EXIT.precondition,
  URL_INVALID: EXIT.precondition,
  URL_PROVIDER_MISMATCH: EXIT.precondition,
  CONNECT_DNS: EXIT.precondition,
  CONNECT_REFUSED: EXIT.precondition,
  CONNECT_TIMEOUT: EXIT.precondition,
  CONNECT_TLS: EXIT.precondition,
  CONNECT_AUTH: EXIT.precondition,
  CONNECT_PERMISSION: EXIT.precondition,
  CONNECT_TOO_MANY: EXIT.precondition,
  CONNECT_FAILED: EXIT.precondition,
  DATABASE_MISSING: EXIT.precondition,
  DATABASE_UNUSABLE: EXIT.precondition,
  DRIVER_MISSING: EXIT.precondition,
  DIALECT_UNSUPPORTED: EXIT.precondition,
  IDENTITY_CHANGED: EXIT.precondition,
  // source
  SOURCE_NONE: EXIT.precondition,
  SOURCE_AMBIGUOUS: EXIT.precondition,
  SOURCE_UNSUPPORTED: EXIT.precondition,
  SOURCE_INVALID: EXIT.precondition,
  SOURCE_TOOL_MISSING: EXIT.precondition,
  SOURCE_TOOL_FAILED: EXIT.precondition,
  SOURCE_REDIRECTED: EXIT.precondition,
  LEDGER_UNREADABLE: EXIT.precondition,
  LEDGER_UNHEALTHY: EXIT.precondition,
  MIGRATION_UNKNOWN: EXIT.precondition,
  // analysis
  PREFLIGHT_FAILED: EXIT.precondition,
  SHADOW_UNAVAILABLE: EXIT.precondition,
  SHADOW_IS_TARGET: EXIT.precondition,
  REPLAY_FAILED: EXIT.precondition,
  REHEARSAL_FAILED: EXIT.precondition,
  REHEARSAL_DIVERGED: EXIT.precondition,
  REHEARSAL_MISSING: EXIT.precondition,
  DRIFT_COLLIDES: EXIT.precondition,
  SCHEMA_AHEAD: EXIT.precondition,
  SCHEMA_UNRENDERABLE: EXIT.precondition,
  HAZARD_DENIED: EXIT.precondition,
  PUSH_REFUSED: EXIT.precondition,
  BACKUP_FAILED: EXIT.precondition,
  BACKUP_TOOL_MISSING: EXIT.precondition,
  PLAN_STALE: EXIT.precondition,
  UNFINISHED_RUN: EXIT.precondition,
  LOCK_HELD: EXIT.precondition,
  RECOVERY_UNPROVEN: EXIT.precondition,
  RESUME_REFUSED: EXIT.precondition,
  // approval
  APPROVAL_REQUIRED: EXIT.notApproved,
  APPROVAL_NAME_MISMATCH: EXIT.notApproved,
  APPROVAL_NO_TERMINAL: EXIT.notApproved,
  APPROVAL_CANCELLED: EXIT.notApproved,
  APPROVAL_AGENT: EXIT.notApproved,
  APPROVAL_EXPIRED: EXIT.notApproved,
  APPROVAL_USED: EXIT.notApproved,
  APPROVAL_FOREIGN: EXIT.notApproved,
  APPROVAL_HAZARDS: EXIT.notApproved,
  APPROVAL_BACKUP: EXIT.notApproved,
  // apply and after
  APPLY_FAILED: EXIT.unchanged,
  APPLY_PARTIAL: EXIT.partial,
  VERIFY_MISMATCH: EXIT.mismatch,
  INTERRUPTED: EXIT.interrupted,
} as const satisfies Record<string, ExitCode>;

export type ErrorCode = keyof typeof CODES;
