/** Something wrong, or doubtful, in a site config. */
export interface Problem {
  /** Where it stands: `['experiences', 0, 'slot']`. */
  readonly path: readonly PropertyKey[]
  /** What is wrong and how to mend it. */
  readonly message: string
}

/** `experiences[1].slot`; a name with other signs is quoted: `slots["home.hero"]`. */
export const formatPath = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`
    const name = String(part)
    if (!/^[\w$]+$/.test(name)) return `${text}[${JSON.stringify(name)}]`
    return text ? `${text}.${name}` : name
  }, '') || 'site'
