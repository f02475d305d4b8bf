import { MAX_ROTATION_CONTENTS, MAX_ROTATION_MS, MIN_ROTATION_MS, type Rotation } from './decision.ts'
import { getOwn, isObject } from './json.ts'
import { fail, ok, type Result } from './result.ts'

/** Reads the rotation of a decision of any origin: whoever rotates by it trusts its times and its number of contents. */
export function parseRotation(value: unknown): Result<Rotation> {
  if (!isObject(value)) return fail('rotation: not an object')
  const everyMs = getOwn(value, 'everyMs')
  const contents = getOwn(value, 'contents')
  const labels = getOwn(value, 'labels') ?? {}
  if (!(typeof everyMs === 'number' && everyMs >= MIN_ROTATION_MS && everyMs <= MAX_ROTATION_MS))
    return fail(`rotation.everyMs: expected ${MIN_ROTATION_MS} to ${MAX_ROTATION_MS}`)
  if (!Array.isArray(contents) || !contents.every(isObject) || !contents[0] || contents.length > MAX_ROTATION_CONTENTS)
    return fail(`rotation.contents: expected 1 to ${MAX_ROTATION_CONTENTS} contents`)
  if (!isObject(labels) || !Object.values(labels).every((label) => typeof label === 'string'))
    return fail('rotation.labels: expected strings')
  return ok({ everyMs, contents, labels })
}
