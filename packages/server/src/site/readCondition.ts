import { isObject } from '@unblink/protocol'

export interface ConditionUse {
  /** The attribute paths that it asks for. */
  readonly paths: ReadonlySet<string>
  /** The operators that it asks by, also inside others. */
  readonly operators: ReadonlySet<string>
}

/** Whether what is said of an attribute is said by operators. */
export const isOperators = (value: unknown): value is Readonly<Record<string, unknown>> =>
  isObject(value) && Object.keys(value)[0]?.startsWith('$') === true

/** What a sound condition refers to. */
export function readCondition(condition: unknown): ConditionUse {
  const paths = new Set<string>()
  const operators = new Set<string>()
  const readOperand = (operand: unknown): void => {
    if (Array.isArray(operand)) return operand.forEach(readOperand)
    if (!isObject(operand)) return
    for (const [name, value] of Object.entries(operand)) {
      if (name.startsWith('$')) operators.add(name)
      readOperand(value)
    }
  }
  const read = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(read)
    if (!isObject(value)) return
    for (const [key, member] of Object.entries(value)) {
      if (key.startsWith('$')) read(member)
      else {
        paths.add(key)
        readOperand(member)
      }
    }
  }
  read(condition)
  return { paths, operators }
}
