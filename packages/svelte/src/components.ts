import type { Components } from '@unblink/protocol'
import type { Component } from 'svelte'

/** By the names that the site's contents give them: what a slot shows for a content with `component`. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- props differ from one to the next; CheckComponents looks at them
export type ComponentMap = Readonly<Record<string, Component<any>>>

type PropsOf<C> = C extends Component<infer Props> ? Props : unknown

/**
 * The same map, in which a name that is not the site's, and a component that does not take what the site's contents give it,
 * have no possible value. Without types of the site (`unblink types` writes them) everything fits.
 */
export type CheckComponents<Map, Known = Components> = {
  readonly [Name in keyof Map]: string extends keyof Known
    ? Map[Name]
    : Name extends keyof Known
      ? Known[Name] extends PropsOf<Map[Name]>
        ? Map[Name]
        : never
      : never
}
