import { compareApi } from '../api.mjs'
import { getPublicPackages } from '../lib/getPublicPackages.mjs'

/** What each package shows to its users is what docs/api says. */
export async function checkApi() {
  return {
    problem: await compareApi(),
    fix: 'If the change is meant, accept it: npm run api -- --write',
    note: `${getPublicPackages().length} reports`,
  }
}
