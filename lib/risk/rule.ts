// Makes a rule of the hazards' catalogue. Pure.
import type { HazardRule, Severity } from './model.ts';

/** One rule of the catalogue. */
export const ruleOf = (code: string, severity: Severity, effect: string, remedy: string): HazardRule => ({
  code,
  severity,
  effect,
  remedy,
});

/** A hazard that is never passed over in silence, whatever its severity. */
export const mustBeAccepted = (
  code: string,
  severity: Severity,
  effect: string,
  remedy: string,
): HazardRule => ({
  ...ruleOf(code, severity, effect, remedy),
  mustBeAccepted: true,
});
