import { createSSRApp, onMounted, ref, type App, type Component } from 'vue'
import { getHost, type AppOptions } from './host.ts'

/** What docs/recipes/hydration.md gives to a Vue app. */
export interface VueRecipe {
  readonly UnblinkIsland: Component
  readonly useHydrated: () => void
}

const LINES = ['One', 'Two', 'Three']
const HTML = LINES.map((line) => `<div class="baseline">${line}</div>`).join('')
const TICK_MS = 50

const TEMPLATES = {
  island: '<UnblinkIsland name="hero" :html="html" />',
  children: '<section data-unblink="hero"><div v-for="line of lines" class="baseline">{{ line }}</div></section>',
  text: '<section data-unblink="hero">Tick {{ tick }}</section>',
  html: '<section data-unblink="hero" v-html="`<div class=baseline>Tick ${tick}</div>`"></section>',
  wrapped: '<section data-unblink="hero"><div><div class="baseline" :key="tick">Tick {{ tick }}</div></div></section>',
  renewed: '<section data-unblink="hero" :key="tick"><div class="baseline">Tick {{ tick }}</div></section>',
}

/** The app, which is the same on the server and in the page. */
export function createApp(recipe: VueRecipe, options: AppOptions): App {
  const Hero: Component = {
    components: { UnblinkIsland: recipe.UnblinkIsland },
    template: TEMPLATES[options.hero],
    setup() {
      const tick = ref(0)
      recipe.useHydrated()
      onMounted(() => {
        const host = getHost()
        host.isRootHydrated = host.isHydrated = true
        if (options.isTicking) setInterval(() => (host.ticks = ++tick.value), TICK_MS)
      })
      return { html: HTML, lines: LINES, tick }
    },
  }
  return createSSRApp({
    components: { Hero },
    template: '<main><button id="count" @click="count++">Clicked {{ count }}</button><Hero /></main>',
    setup: () => ({ count: ref(0) }),
  })
}

export function hydrateApp(recipe: VueRecipe): void {
  const host = getHost()
  const app = createApp(recipe, host.options)
  app.config.errorHandler = (error) => void host.errors.push(`uncaught: ${(error as Error).message}`)
  app.mount('#root')
}
