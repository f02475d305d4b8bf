import type { Experience } from '@unblink/protocol'
import { doubtLists } from './doubtLists.ts'
import { findRivalries } from './findRivalries.ts'
import { getClosest } from './getClosest.ts'
import { isExposed } from './isExposed.ts'
import type { InlineAudiences } from './nameAudiences.ts'
import type { Problem } from './problem.ts'
import { readCondition } from './readCondition.ts'
import { readTemplateNames } from './readTemplateNames.ts'
import type { Site } from './site.ts'

type Path = readonly PropertyKey[]
type Report = (path: Path, message: string) => void

/** What the server works out itself. */
const DERIVED = ['visits', 'views', 'intent', 'goals', 'holdings']
/** What requests tell, and what the server notices of its data. */
const CONTEXT = ['device', 'geo', 'drifting']
/** A repeated group inside which is repeated again: the time to find nothing doubles with every character. */
const SLOW_PATTERN = /\((?:[^()\\]|\\.)*[+*]\)(?:[+*]|\{\d+,)/

/** Who was given a variant of an experiment is given it again. */
const toNobody = ({ kind }: Experience) => (kind === 'experiment' ? 'nobody new' : 'nobody')

function doubtWeights(experience: Experience, path: Path, report: Report): void {
  const { variants } = experience
  variants.forEach(({ id, weight }, index) => {
    if (weight !== 0) return
    const message = `${toNobody(experience)} gets "${id}"; give it a weight, or remove the variant`
    report([...path, 'variants', index, 'weight'], message)
  })
  const weights = variants.map(({ weight }) => weight)
  const given = weights.filter((weight) => weight !== undefined)
  if (given.length === 0 || variants.length < 2) return
  if (given.length < weights.length && given.some((weight) => weight !== 1)) {
    return report(
      [...path, 'variants'],
      `some variants have a weight and some have none, which counts 1; write them all`,
    )
  }
  const sum = +given.reduce((a, b) => a + b, 0).toFixed(6)
  const isShares =
    given.every((weight) => weight <= 1) && sum > 0.8 && sum < 1.2 && sum !== 1 && given.some((w) => w % 1)
  const isPercent = sum > 80 && sum < 120 && sum !== 100
  if (!isShares && !isPercent) return
  report(
    [...path, 'variants'],
    `the weights add up to ${sum}, so they are scaled to ${isShares ? 1 : 100}; was ${isShares ? 1 : 100} meant? To leave visitors out use \`coverage\``,
  )
}

/** What pages, and templates, would need to be told. */
function doubtWhatIsHidden(experience: Experience, path: Path, { expose }: Site, report: Report): void {
  const { when, rankBy = {}, variants } = experience
  // Of those that the server decides, it has put the contents in order.
  for (const [id, paths] of when ? Object.entries(rankBy) : []) {
    const hidden = paths.find((one) => !isExposed(one, expose))
    if (hidden === undefined) continue
    const message = `the page puts this in order, and "${hidden}" is not exposed to it; add it to \`expose\``
    report([...path, 'rankBy', id], message)
  }
  variants.forEach(({ content, rotation }, index) => {
    for (const one of content ? [content, ...(rotation?.contents ?? [])] : []) {
      const name = readTemplateNames(one).find(
        (known) => !isExposed(known, expose) && !expose.some((own) => own.startsWith(`${known}.`)),
      )
      if (name === undefined) continue
      const closest = getClosest(name, expose)
      const remedy = closest ? `did you mean "${closest}"?` : 'add it to `expose`'
      report(
        [...path, 'variants', index, 'content'],
        `the template names "${name}", which is not exposed and so always empty; ${remedy}`,
      )
    }
  })
}

function doubtCondition(condition: unknown, path: Path, site: Site, report: Report): void {
  const { attributes } = site
  for (const attribute of readCondition(condition).paths) {
    const [root = ''] = attribute.split('.')
    const isKnown = [...DERIVED, ...CONTEXT].includes(root) || Object.hasOwn(attributes, root)
    const closest = isKnown ? undefined : getClosest(root, [...DERIVED, ...Object.keys(attributes)])
    if (closest)
      report(
        [...path, attribute],
        `did you mean "${attribute.replace(root, closest)}"? "${root}" is only there if your own server sets it`,
      )
  }
  const findPatterns = (value: unknown, at: Path): void => {
    if (typeof value !== 'object' || value === null) return
    for (const [key, member] of Object.entries(value)) {
      const inner = [...at, Array.isArray(value) ? Number(key) : key]
      if (/^\$regexi?$/.test(key) && typeof member === 'string' && SLOW_PATTERN.test(member)) {
        report(inner, 'a repetition inside a repetition can take very long on some texts; take one of them out')
      }
      findPatterns(member, inner)
    }
  }
  findPatterns(condition, path)
  doubtLists(condition, path, site, report)
}

/** Experiments that are to share nobody, or nothing of chance, and do. */
function doubtShares({ experiences }: Site, report: Report): void {
  experiences.forEach(({ namespace, seed }, index) => {
    const path = ['experiences', index]
    for (const other of experiences.slice(0, index)) {
      if (seed !== undefined && other.seed === seed) {
        report(
          [...path, 'seed'],
          `"${other.id}" has the same seed, so both give a visitor the same bucket; give each its own`,
        )
      }
      if (!namespace || other.namespace?.id !== namespace.id) continue
      const [from, to] = namespace.range
      const [otherFrom, otherTo] = other.namespace.range
      if (from >= otherTo || otherFrom >= to) continue
      report(
        [...path, 'namespace', 'range'],
        `its range overlaps that of "${other.id}", so some visitors are in both; was [${otherTo}, ${Math.max(to, 1)}] meant?`,
      )
    }
  })
}

/** Contents that a framework has to render, on slots that are swapped before it has come. */
function doubtComponents({ slot, variants }: Experience, path: Path, { slots }: Site, report: Report): void {
  if (slots[slot]?.defer) return
  variants.forEach(({ content }, index) => {
    if (content?.component === undefined) return
    report(
      [...path, 'variants', index, 'content', 'component'],
      `a framework has to render it, and "${slot}" does not wait for one; add \`defer: true\` to that slot`,
    )
  })
}

/** What is allowed in a sound site (`value`) and hardly meant. `now`: epoch milliseconds. */
export function findDoubts(
  { value: site, inline }: { readonly value: Site; readonly inline: InlineAudiences },
  now: number,
): Problem[] {
  const problems: Problem[] = []
  const report: Report = (path, message) => void problems.push({ path, message })

  for (const [id, condition] of Object.entries(site.audiences))
    doubtCondition(condition, inline.get(id) ?? ['audiences', id], site, report)
  site.experiences.forEach((experience, index) => {
    const path = ['experiences', index]
    const { id, schedule, coverage } = experience
    doubtWeights(experience, path, report)
    doubtWhatIsHidden(experience, path, site, report)
    doubtComponents(experience, path, site, report)
    if (schedule?.to !== undefined && schedule.to <= now) {
      const ended = new Date(schedule.to).toISOString()
      report([...path, 'schedule', 'to'], `"${id}" ended at ${ended}; remove it, or give it another end`)
    }
    if (coverage === 0)
      report([...path, 'coverage'], `${toNobody(experience)} gets "${id}"; raise its coverage, or remove it`)
  })
  doubtShares(site, report)
  problems.push(...findRivalries(site, inline))
  for (const slot of Object.keys(site.slots)) {
    if (site.experiences.some((experience) => experience.slot === slot)) continue
    report(['slots', slot], `no experience is for "${slot}", and pages hide it for nothing; remove it, or add one`)
  }
  if (site.holdout && site.holdout.share > 0.5) {
    report(
      ['holdout', 'share'],
      `${site.holdout.share * 100} % of the visitors never get anything; was ${+(1 - site.holdout.share).toFixed(4)} meant?`,
    )
  }
  return problems
}
