import { test as base } from '../faultTest.ts'
import { buildReact, type BuiltReact, type Mode } from './buildReact.ts'
import { showReact, type ReactView, type SeenReact } from './showReact.ts'

type GetApp = (mode: Mode) => Promise<BuiltReact>
type Show = (mode: Mode, view: ReactView) => Promise<SeenReact>

/** Tests of the React adapter in an app of their own: each build of it is made once a worker. */
export const test = base.extend<{ show: Show }, { getApp: GetApp }>({
  getApp: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the dependencies from this pattern
    async ({}, use) => {
      const apps = new Map<Mode, Promise<BuiltReact>>()
      await use((mode) => {
        const app = apps.get(mode) ?? buildReact(mode)
        apps.set(mode, app)
        return app
      })
    },
    { scope: 'worker' },
  ],
  show: async ({ eye, faults, page, getApp }, use) =>
    use(async (mode, view) => showReact(eye, faults, page, await getApp(mode), view)),
})

export const expect = base.expect
