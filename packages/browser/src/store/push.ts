import { getBootWatch } from './watchBoot.ts'

/** Gives the runtime a command, as `unblink.push` does; see its documentation. Undefined where there is no snippet. */
export const push = (...command: unknown[]): unknown => getBootWatch()?.boot.push(...command)
