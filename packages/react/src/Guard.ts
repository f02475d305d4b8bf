import { Component, type ReactNode } from 'react'
import type { UsedSlot } from './useSlot.ts'

interface GuardProps {
  /** Shown instead of children that throw. */
  readonly fallback: ReactNode
  /** Called when the children are in the document, and not before: one of them may be on its way. */
  readonly tell: UsedSlot[2]
  readonly children?: ReactNode
}

/** A component that throws must cost its slot the variant, and nothing else. React itself tells the console of it. */
export class Guard extends Component<GuardProps, object> {
  /** Before that there is no state. */
  static getDerivedStateFromError = () => ({})

  override componentDidMount() {
    // The slot's element encloses this, so its ref is set a moment later.
    queueMicrotask(() => this.props.tell(!this.state))
  }

  override render() {
    return this.state ? this.props.fallback : this.props.children
  }
}
