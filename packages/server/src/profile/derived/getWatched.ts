import type { Site } from '../../site/site.ts'
import type { AttributeDeclaration, EventSelector } from './declaration.ts'

/** Where a declared attribute reads its values. */
export interface Watched {
  readonly name: string
  readonly selectors: readonly EventSelector[]
  readonly path: string
  /** Left out where any value will do. */
  readonly range?: readonly [min: number, max: number]
}

function watch(name: string, declaration: AttributeDeclaration): Watched[] {
  if ('item' in declaration) {
    const selectors =
      declaration.kind === 'cart' ? [declaration.add, declaration.remove] : [declaration.viewed, declaration.bought]
    return [{ name, selectors, path: declaration.item }]
  }
  if (!('of' in declaration)) return []
  const range = 'range' in declaration && declaration.range ? { range: declaration.range } : {}
  return [{ name, selectors: [declaration.on], path: declaration.of, ...range }]
}

/** The attributes of a site that read values of events; those that only count do not. */
export const getWatched = ({ attributes }: Pick<Site, 'attributes'>): readonly Watched[] =>
  Object.entries(attributes).flatMap(([name, declaration]) => watch(name, declaration))
