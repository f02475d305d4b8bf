import type { JsonObject } from './json.ts'

/**
 * What the type checker knows of the site in use: nothing, until a file that `unblink types` writes from the site config
 * augments it, so that a name or a prop that is not the site's does not compile.
 *
 *     declare module '@unblink/protocol' {
 *       interface KnownSite {
 *         slots: 'home.hero' | 'home.help'
 *         goals: 'application'
 *         components: { Offer: { readonly title: string; readonly rate?: number } }
 *         actions: { countdown: { readonly until: string } }
 *       }
 *     }
 *
 * All members are optional: `slots` and `goals` are unions of names, `components` and `actions` map a name to its
 * props. A member that is left out checks nothing.
 */
// Empty on purpose: declarations of the same interface are merged, and members declared here could not be narrowed there.
// eslint-disable-next-line @typescript-eslint/no-empty-object-type
export interface KnownSite {}

/** The name of a slot: any string, until the site's own names are known. */
export type SlotName = KnownSite extends { readonly slots: infer Name extends string } ? Name : string

/** The id of a goal: any string, until the site's own goals are known. */
export type GoalName = KnownSite extends { readonly goals: infer Name extends string } ? Name : string

/** Name to props, of the components that the site's contents name: any, until they are known. */
export type Components = KnownSite extends { readonly components: infer Known extends object }
  ? Known
  : Readonly<Record<string, JsonObject>>

/** The name of a component that a content may ask a framework for. */
export type ComponentName = Extract<keyof Components, string>

/** The props that one component gets from the site's contents. */
export type ComponentProps<Name extends ComponentName = ComponentName> = Components[Name]

/** Name to props, of the page's own actions that the site's contents name: any, until they are known. */
export type Actions = KnownSite extends { readonly actions: infer Known extends object }
  ? Known
  : Readonly<Record<string, JsonObject>>

/** The name of an action that a content may ask the page for. */
export type ActionName = Extract<keyof Actions, string>

/** The props that one action gets from the site's contents. */
export type ActionProps<Name extends ActionName = ActionName> = Actions[Name]
