import { startRuntime, type LoadRuntime } from '@unblink/browser/store'
import type { Plugin } from 'vue'
import { COMPONENTS, type CheckComponents, type ComponentMap } from './components.ts'

/** What `createUnblink` takes. */
export interface UnblinkOptions<Map extends ComponentMap = ComponentMap> {
  /**
   * What renders a content with `component`, by that name; each is given the content's `props`. Import them as they are: one
   * that is still to be fetched leaves a hole until it is there.
   * @default none
   */
  readonly components?: Map & CheckComponents<Map>
  /**
   * Fetches the runtime, for pages that have no script tag for it: `() => import('@unblink/browser')`. In the page only; stopped
   * when the app is unmounted. @default the page has the tag
   */
  readonly runtime?: LoadRuntime
}

/** Makes the plugin: `app.use(createUnblink({ components: { Offer } }))`, on the server and in the page alike. */
export const createUnblink = <Map extends ComponentMap>({ components, runtime }: UnblinkOptions<Map> = {}): Plugin => ({
  install(app) {
    app.provide(COMPONENTS, components ?? {})
    if (runtime && typeof window === 'object') app.onUnmount(startRuntime(runtime))
  },
})
