import type { ConditionInput, OperatorsInput, SiteInput } from './siteInput.ts'

/** Categories have two names that are no categories: the best one, and all in order. */
type Reserved = 'primary' | 'ranked'

/** An attribute path that names a goal or category which the site has, or anything else. */
type CheckPath<Path, GoalId extends string, CategoryId extends string> = Path extends `goals.${infer Id}`
  ? Id extends GoalId
    ? Path
    : never
  : Path extends `intent.${infer Id}`
    ? Id extends CategoryId | Reserved
      ? Path
      : never
    : Path

/** What is said of one attribute, in which an operator that does not exist has no possible value. */
type CheckOperand<Written, OperatorId extends string> = Written extends readonly unknown[]
  ? Written
  : Written extends object
    ? {
        readonly [Key in keyof Written]: Key extends '$not' | '$size'
          ? CheckOperand<Written[Key], OperatorId>
          : Key extends keyof OperatorsInput<string, OperatorId> | '$elemMatch'
            ? Written[Key]
            : never
      }
    : Written

/** The same condition, in which a path that names a goal or category which does not exist has no possible value. */
type CheckCondition<Written, GoalId extends string, CategoryId extends string, OperatorId extends string> = {
  readonly [Key in keyof Written]: Key extends '$and' | '$or' | '$nor' | '$not' | `${number}`
    ? CheckCondition<Written[Key], GoalId, CategoryId, OperatorId>
    : Key extends `$${string}`
      ? never
      : CheckPath<Key, GoalId, CategoryId> extends never
        ? never
        : CheckOperand<Written[Key], OperatorId>
}

/**
 * Gives `unblink.config.ts` its types: the ids of slots, audiences, categories, goals, groups and operators are completed
 * where they are named, and one that is not declared does not compile. Everything else is checked when the file is loaded.
 */
export function defineSite<
  const SlotId extends string,
  const Audiences extends Readonly<Record<string, ConditionInput<NoInfer<GroupId>, NoInfer<OperatorId>>>> = Readonly<
    Record<never, never>
  >,
  const CategoryId extends string = never,
  const GoalId extends string = never,
  const GroupId extends string = never,
  const OperatorId extends string = never,
  const Path extends string = never,
>(
  site: Omit<
    SiteInput<SlotId, keyof NoInfer<Audiences> & string, CategoryId, GoalId, GroupId, OperatorId>,
    'audiences' | 'expose'
  > & {
    readonly audiences?: Audiences & {
      readonly [Id in keyof Audiences]: CheckCondition<
        Audiences[Id],
        NoInfer<GoalId>,
        NoInfer<CategoryId>,
        NoInfer<OperatorId>
      >
    }
    readonly expose?: readonly (Path & CheckPath<Path, NoInfer<GoalId>, NoInfer<CategoryId>>)[]
  },
): SiteInput
export function defineSite(site: unknown): unknown {
  return site
}
