import { createUnblink } from '@unblink/vue'
import { createApp, createSSRApp, type App } from 'vue'
import Shop from './Shop.vue'
import SeasonHero from './SeasonHero.vue'

/** The app, the same on the server and in the page. */
export function createShopApp(path: string, isServerRendered: boolean): App {
  const app = (isServerRendered ? createSSRApp : createApp)(Shop, { path })
  // Vue's development build would otherwise stop where a component throws.
  app.config.errorHandler = (error) => console.error(error)
  return app.use(createUnblink({ components: { SeasonHero } }))
}
