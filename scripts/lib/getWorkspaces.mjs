import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { root } from './fromRoot.mjs'

/** Every workspace of a checkout: `{ folder, manifest }`, the folder relative to the top (`packages/decide`). */
export function getWorkspaces(top = root) {
  const { workspaces } = JSON.parse(readFileSync(`${top}/package.json`, 'utf8'))
  const folders = workspaces.flatMap((pattern) => {
    if (!pattern.endsWith('/*')) return [pattern]
    const parent = pattern.slice(0, -2)
    const isFolder = existsSync(`${top}/${parent}`)
    return isFolder ? readdirSync(`${top}/${parent}`).map((name) => `${parent}/${name}`) : []
  })
  return folders
    .filter((folder) => existsSync(`${top}/${folder}/package.json`))
    .map((folder) => ({ folder, manifest: JSON.parse(readFileSync(`${top}/${folder}/package.json`, 'utf8')) }))
}
