import { test as base } from '../faultTest.ts'
import { buildApp, type BuiltApp, type Framework, type Mode } from './buildApp.ts'
import { showApp, type AppView, type SeenApp } from './showApp.ts'

type GetApp = (framework: Framework, mode: Mode) => Promise<BuiltApp>
export type Show = (framework: Framework, mode: Mode, view: AppView) => Promise<SeenApp>

/** Builds each app when it is first asked for. */
export function createApps(): GetApp {
  const apps = new Map<string, Promise<BuiltApp>>()
  return (framework, mode) => {
    const name = `${framework} ${mode}`
    const app = apps.get(name) ?? buildApp(framework, mode)
    apps.set(name, app)
    return app
  }
}

/** Tests of apps that hydrate: each is built once a worker. */
export const test = base.extend<{ show: Show }, { getApp: GetApp }>({
  getApp: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the dependencies from this pattern
    async ({}, use) => use(createApps()),
    { scope: 'worker' },
  ],
  show: async ({ eye, faults, page, getApp }, use) =>
    use(async (framework, mode, view) => showApp(eye, faults, page, await getApp(framework, mode), view)),
})

export const expect = base.expect
