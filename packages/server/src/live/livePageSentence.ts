import type { AnyEvent } from '@unblink/protocol'

/**
 * One event in one line of plain English, for the live view. Its source text is put into the page, so it may not refer
 * to anything outside itself.
 */
export function livePageSentence(event: AnyEvent): string {
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`
  const inSlot = (slot: string | undefined) => (slot ? ` in ${slot}` : '')
  switch (event.t) {
    case 'page_view': {
      const { kind, title, source } = event.p
      const how = { load: 'Opened', reload: 'Reloaded', restore: 'Came back to', route: 'Moved to' }[kind]
      const from = source.class === 'internal' ? '' : `, ${source.class}${source.host ? ` from ${source.host}` : ''}`
      return `${how} “${title}”${from}`
    }
    case 'exposure': {
      const { slot, experience, variant, outcome, hiddenMs, profileMs } = event.p
      const what = variant ? ` ${[experience, variant].filter(Boolean).join(' / ')}` : ''
      const reply = profileMs === undefined ? '' : `, reply after ${Math.round(profileMs)} ms`
      return `${slot}: ${outcome}${what}, hidden ${Math.round(hiddenMs)} ms${reply}`
    }
    case 'impression': {
      const { slot, experience, variant } = event.p
      return `${slot}: seen for a second${variant ? `, ${[experience, variant].filter(Boolean).join(' / ')}` : ''}`
    }
    case 'engagement':
      return `${seconds(event.p.visibleMs)} in view, ${seconds(event.p.activeMs)} active`
    case 'pointer': {
      const { kind, samples, slots } = event.p
      const over = slots.length > 0 ? `, over ${slots.join(', ')}` : ''
      const points = samples.length / 4
      return `${kind} trail of ${points} ${points === 1 ? 'point' : 'points'}${over}`
    }
    case 'scroll':
      return `Scrolled to ${Math.round(event.p.maxPercent)} % (${Math.round(event.p.maxY)} px)`
    case 'interaction': {
      const { kind, target, slot, variant, href } = event.p
      const verbs = {
        click: 'Clicked',
        submit: 'Sent',
        rage: 'Clicked again and again on',
        dead: 'Clicked in vain on',
        form_start: 'Began to fill in',
      }
      const verb = verbs[kind]
      return `${verb} ${target}${inSlot(slot)}${variant ? ` (${variant})` : ''}${href ? `, to ${href}` : ''}`
    }
    case 'rotation': {
      const { slot, index, cause, shownMs } = event.p
      return `${slot}: went on to content ${index + 1}${cause === 'hand' ? ' by hand' : ''}, the one before was seen for ${seconds(shownMs)}`
    }
    case 'conversion': {
      const { goal, value, currency } = event.p
      return `Reached the goal ${goal}${value === undefined ? '' : `, worth ${value} ${currency ?? ''}`.trimEnd()}`
    }
    case 'vital': {
      const { lcpMs, inpMs, cls } = event.p
      const told = [lcpMs !== undefined && `LCP ${lcpMs} ms`, inpMs !== undefined && `INP ${inpMs} ms`]
      return [...told, cls !== undefined && `CLS ${cls}`].filter(Boolean).join(', ') || 'No web vitals'
    }
    case 'attributes':
      return `The site’s server set ${Object.keys(event.p.set).join(', ')}`
    case 'custom':
      return event.p.name
    case 'error': {
      const { code, slot, message } = event.p
      return `${code}${inSlot(slot)}${message ? `: ${message}` : ''}`
    }
  }
}
