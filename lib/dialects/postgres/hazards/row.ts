// How a row of the hazard tables is written. Data only.
import type { HazardRule, Severity } from '../../../risk/index.ts';

/** One rule: code, severity, what it does, the safer way. */
export const row = (code: string, severity: Severity, effect: string, remedy: string): HazardRule => ({
  code,
  severity,
  effect,
  remedy,
});
