import { startRuntime, type LoadRuntime } from '@unblink/browser/store'
import { onMount, setContext } from 'svelte'
import type { CheckComponents, ComponentMap } from './components.ts'

/** What `setUnblink` takes. */
export interface UnblinkOptions<Map extends ComponentMap = ComponentMap> {
  /**
   * What renders a content with `component`, by that name; each is given the content's `props`.
   * @default none
   */
  readonly components?: Map & CheckComponents<Map>
  /**
   * Fetches the runtime, for pages that have no script tag for it: `() => import('@unblink/browser')`. In the page only; stopped
   * when the component is destroyed. @default the page has the tag
   */
  readonly runtime?: LoadRuntime
}

/** Sets up the slots below the component that calls this while it is created, once, at the top of the app. */
export function setUnblink<Map extends ComponentMap>({ components, runtime }: UnblinkOptions<Map> = {}): void {
  // Slots read it by this name, in a file that is compiled apart from this one.
  setContext('unblink', components ?? {})
  onMount(() => runtime && startRuntime(runtime))
}
