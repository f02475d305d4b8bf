import { getOwn, type Attributes, type Content, type Decision, type Manifest } from '@unblink/protocol'
import { getPath } from '../getPath.ts'

export interface RankInput {
  /** What `decide` answered. */
  readonly decisions: readonly Decision[]
  readonly manifest: Manifest
  /** Where the scores are: the visitor's scored intents. */
  readonly attributes: Attributes
}

/**
 * The same decisions, with the contents of those that rotate in the order of the visitor's scores: `rankBy` of the
 * experience names an attribute for each content. Whatever has no such order stays as it is.
 */
export const rank = ({ decisions, manifest, attributes }: RankInput): Decision[] =>
  decisions.map((decision) => {
    const { experience, variant, content, rotation } = decision
    const paths = getOwn(manifest.experiences.find(({ id }) => id === experience)?.rankBy ?? {}, variant ?? '')
    if (!paths || !content || !rotation) return decision
    const scored = [content, ...rotation.contents].map((item, index): [number, Content] => {
      const path = (paths as readonly string[])[index]
      const score = path === undefined ? 0 : getPath(attributes, path)
      return [typeof score === 'number' ? score : 0, item]
    })
    const [first, ...others] = scored.sort(([a], [b]) => b - a).map(([, item]) => item)
    return { ...decision, content: first!, rotation: { ...rotation, contents: others } }
  })
