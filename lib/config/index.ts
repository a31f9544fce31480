// The room's door.
export { type DbsyncConfig, defineConfig, type EnvironmentConfig, type PolicyRule } from './define.ts';
export { parseIgnore } from './ignore.ts';
export { CONFIG_FILES, type LoadedConfig, loadConfig, processEnvironment, variablesOf } from './load.ts';
export { DEFAULT_TIMEOUTS, type Environment, resolveEnvironment } from './resolve.ts';
