import { startRuntime, type LoadRuntime } from '@unblink/browser/store'
import { createElement, useEffect, type ReactNode } from 'react'
import type { SlotComponents } from './SlotComponents.ts'
import { SlotContext } from './SlotContext.ts'

export interface UnblinkProviderProps {
  /** What the slots inside may show, by the names that the site config uses. `React.lazy` ones are fine. @default none */
  readonly components?: SlotComponents | undefined
  /**
   * Fetches the runtime once the app is mounted, for pages that have no script tag for it:
   * `() => import('@unblink/browser')`. Stopped when the provider goes. @default the page has the tag
   */
  readonly runtime?: LoadRuntime | undefined
  readonly children?: ReactNode
}

/** Around the app, once: gives the slots inside their components. Renders no element. */
export function UnblinkProvider({ components: value = {}, runtime, children }: UnblinkProviderProps) {
  // Once: it is mostly a new function with each render.
  useEffect(() => runtime && startRuntime(runtime), [])
  return createElement(SlotContext, { value, children })
}
