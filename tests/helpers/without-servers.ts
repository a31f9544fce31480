// A machine without PostgreSQL's server programs, as the dialect sees it: import this file before anything of lib/. The tests' own
// servers, which stand for targets, are found as always.
import { register } from 'node:module';

const data = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`;

const NOTHING = data('export const findServers = async () => []; export const chooseServer = () => null;');

const HOOK = data(`
export const resolve = (specifier, context, next) =>
  specifier.endsWith('/binaries.ts') && /\\/dialects\\/postgres\\/shadow\\.ts/.test(context.parentURL ?? '')
    ? { url: ${JSON.stringify(NOTHING)}, shortCircuit: true }
    : next(specifier, context);
`);

register(HOOK);
