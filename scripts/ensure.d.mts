/** `webkit` is its WebDriver. */
export type ProgramName = 'chromium' | 'firefox' | 'webkit' | 'xvfb' | 'nginx' | 'caddy' | 'openssl' | 'nats'

/** The path of an installed program; undefined when there is none. Throws when the variable that names it points nowhere. */
export function findProgram(name: ProgramName): string | undefined
