import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * What a page of known behaviour does with its slot; each ends with the variant and sets `window.done` a moment later.
 * `flash` and `flash-busy` (beside a moving box) show the baseline for one frame, `never` keeps it hidden throughout,
 * `shut` shows the variant, hides it for some frames and shows it again, `stuck` lets an animation's end reveal the
 * baseline while a script keeps the main thread busy, and `empty` never shows anything.
 */
export type Plant = 'flash' | 'flash-busy' | 'never' | 'shut' | 'stuck' | 'empty'

/** Ways to hide which `never` knows; the in-page witness must see through each. */
export const HIDES = {
  visibility: 'visibility: hidden',
  opacity: 'opacity: 0',
  'clip-path': 'clip-path: inset(50%)',
  filter: 'filter: opacity(0)',
  display: 'display: none',
} as const

/** What a probe watches on these pages. */
export const PLANTED = { hero: { selector: '#hero', baseline: [255, 0, 0], variant: [0, 170, 0] } } as const

const SCRIPTS: Readonly<Record<Plant, string>> = {
  flash: 'later(() => { show("baseline"); nextFrame(() => end("variant")) })',
  'flash-busy': 'later(() => { show("baseline"); nextFrame(() => end("variant")) })',
  never: 'hide(true); show("baseline"); later(() => { show("variant"); hide(false); end("variant") })',
  shut: 'show("variant"); later(() => { hide(true); setTimeout(() => { hide(false); end("variant") }, 100) })',
  // The animation starts in a frame of its own, so that the compositor has it before the script blocks.
  stuck: `show("baseline")
    hero.animate([{ opacity: 0, easing: "step-end" }, {}], { duration: 400, fill: "backwards" })
    nextFrame(() => nextFrame(() => setTimeout(() => {
      const freeAt = performance.now() + 1500
      while (performance.now() < freeAt);
      window.freeAt = performance.now()
      end("variant")
    })))`,
  empty: 'end("nothing")',
}

function render(plant: Plant, hiddenBy: string): string {
  const moving = plant === 'flash-busy' ? '<div class="moving"></div>' : ''
  return `<!doctype html><title>${plant}</title><style>
body { margin: 0 }
#hero { width: 400px; height: 200px }
.hidden { ${hiddenBy} }
.baseline, .variant { height: 200px }
.baseline { background: rgb(255, 0, 0) }
.variant { background: rgb(0, 170, 0) }
.moving { position: absolute; top: 300px; width: 50px; height: 50px; background: navy; animation: move 1s linear infinite }
@keyframes move { to { transform: translateX(300px) } }
</style>${moving}<div id="hero"></div><script>
const hero = document.getElementById('hero')
const show = (name) => { hero.innerHTML = '<div class="' + name + '">Text</div>' }
const hide = (isHidden) => hero.classList.toggle('hidden', isHidden)
const nextFrame = requestAnimationFrame
const later = (run) => setTimeout(() => nextFrame(run), 150 + Math.random() * 40)
const end = (name) => { show(name); setTimeout(() => { window.done = true }, 150) }
${SCRIPTS[plant]}
</script>`
}

export interface PlantedSite {
  url(plant: Plant, hiddenBy?: keyof typeof HIDES): string
  close(): Promise<void>
}

/** Serves the planted pages on a free loopback port. */
export async function startPlantedSite(): Promise<PlantedSite> {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    const plant = pathname.slice(1)
    const isPlant = (name: string): name is Plant => name in SCRIPTS
    if (!isPlant(plant)) return response.writeHead(404).end()
    const hiddenBy = HIDES[(searchParams.get('hide') ?? 'visibility') as keyof typeof HIDES]
    return response.setHeader('content-type', 'text/html; charset=utf-8').end(render(plant, hiddenBy))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: (plant, hiddenBy = 'visibility') => `http://127.0.0.1:${port}/${plant}?hide=${hiddenBy}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
