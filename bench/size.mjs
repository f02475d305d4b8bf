import { build } from '../scripts/build.mjs'
import { measure } from '../scripts/size.mjs'

export const about = 'Bytes that ship to the page, beside their budgets'

/** Sizes do not vary, so there is one run whatever `runs` says. */
export async function run({ isWanted }) {
  await build()
  const sizes = (await measure()).filter(({ name }) => isWanted(name))
  return {
    columns: ['what', '>raw', '>gzip -9', '>brotli 11', '>budget', '>left', ''],
    rows: sizes.map(({ name, raw, gzip, brotli, budget }) => [
      name,
      raw,
      gzip,
      brotli,
      budget,
      budget - brotli,
      brotli > budget ? 'OVER' : 'ok',
    ]),
    notes: ['Bytes. The snippet is measured with a two-slot configuration in it; budgets are for brotli.'],
    results: sizes,
  }
}
