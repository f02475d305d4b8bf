import { getOwn, isObject, type Attributes } from '@unblink/protocol'
import type { Feature } from '../site/choice.ts'

const getAt = (attributes: Attributes, path: string): unknown =>
  path.split('.').reduce<unknown>((value, step) => (isObject(value) ? getOwn(value, step) : undefined), attributes)

const toNumber = (value: unknown): number => {
  if (typeof value === 'boolean') return value ? 1 : 0
  return typeof value === 'number' && Number.isFinite(value) ? value : 0
}

/** A model's input: one number for each feature. */
export const readFeatures = (attributes: Attributes, features: readonly Feature[]): number[] =>
  features.map((feature) => {
    if (typeof feature === 'string') return toNumber(getAt(attributes, feature))
    const value = getAt(attributes, feature.path)
    return (Array.isArray(value) ? value.includes(feature.is) : value === feature.is) ? 1 : 0
  })
