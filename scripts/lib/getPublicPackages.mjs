import { getWorkspaces } from './getWorkspaces.mjs'
import { root } from './fromRoot.mjs'

/** The packages that are published: `{ folder, manifest }`. */
export const getPublicPackages = (top = root) =>
  getWorkspaces(top).filter(({ folder, manifest }) => folder.startsWith('packages/') && !manifest.private)
