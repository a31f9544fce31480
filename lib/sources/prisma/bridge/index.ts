// The door of the bridge: the stand-in for Prisma's native schema engine, and the project's own CLI started with it.
export { findProgram, nativeEngine, type Program, prismaCommand, QUIET, standIn } from './launch.ts';
export { type BridgeWorld, GUARD_VARIABLES, runBridge } from './serve.ts';
