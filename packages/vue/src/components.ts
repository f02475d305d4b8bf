import type { Components } from '@unblink/protocol'
import type { Component, InjectionKey } from 'vue'

/** By the names that the site's contents give them: what a slot shows for a content with `component`. */
export type ComponentMap = Readonly<Record<string, Component>>

type PropsOf<C> = C extends new (...given: never) => { $props: infer Props }
  ? Props
  : C extends (props: infer Props, ...rest: never) => unknown
    ? Props
    : unknown

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

export const COMPONENTS: InjectionKey<ComponentMap> = Symbol()
