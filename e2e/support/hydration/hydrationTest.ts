import { test as base } from '../faultTest.ts'
import { buildApp, type BuiltApp, type Framework, type Mode } from './buildApp.ts'
import { showApp, type AppView, type SeenApp } from './showApp.ts'

type GetApp = (framework: Framework, mode: Mode) => Promise<BuiltApp>
type Show = (framework: Framework, mode: Mode, view: AppView) => Promise<SeenApp>

/** Tests of apps that hydrate: each is built once a worker. */
export const test = base.extend<{ show: Show }, { getApp: GetApp }>({
  getApp: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the dependencies from this pattern
    async ({}, use) => {
      const apps = new Map<string, Promise<BuiltApp>>()
      await use((framework, mode) => {
        const name = `${framework} ${mode}`
        const app = apps.get(name) ?? buildApp(framework, mode)
        apps.set(name, app)
        return app
      })
    },
    { scope: 'worker' },
  ],
  show: async ({ eye, faults, page, getApp }, use) =>
    use(async (framework, mode, view) => showApp(eye, faults, page, await getApp(framework, mode), view)),
})

export const expect = base.expect
