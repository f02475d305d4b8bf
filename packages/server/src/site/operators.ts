import { evaluate } from '@unblink/decide'
import { getClosest } from './getClosest.ts'

/** For suggestions only: what is an operator, the decision engine says itself. */
const NAMES =
  '$eq $ne $lt $lte $gt $gte $in $nin $all $exists $type $size $elemMatch $not $regex $regexi $inGroup $notInGroup $ini $nini $alli $veq $vne $vlt $vlte $vgt $vgte'.split(
    ' ',
  )

/** What these are called in other languages, further away than a slip of the finger. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  $equals: '$eq',
  $is: '$eq',
  $isNot: '$ne',
  $neq: '$ne',
  $notEquals: '$ne',
  $less: '$lt',
  $greater: '$gt',
  $min: '$gte',
  $max: '$lte',
  $notIn: '$nin',
  $oneOf: '$in',
  $anyOf: '$in',
  $contains: '$regex',
  $like: '$regex',
  $match: '$regex',
  $matches: '$regex',
  $startsWith: '$regex',
  $endsWith: '$regex',
  $length: '$size',
  $group: '$inGroup',
  $between: '$gte',
}

/** Whether the decision engine knows it as an operator of one attribute's value. */
export function isKnownOperator(name: string): boolean {
  let isKnown = true
  evaluate({ x: { [name]: null } }, {}, { onUnknown: () => (isKnown = false) })
  return isKnown
}

/** The operator that was probably meant, the site's own (`$name`) among them. */
export const getMeantOperator = (name: string, own: readonly string[]): string | undefined =>
  (Object.hasOwn(ELSEWHERE, name) ? ELSEWHERE[name] : undefined) ?? getClosest(name, [...own, ...NAMES])
