import '@unblink/protocol'

/** What unblink.config.ts declares, for the type checker: a slot, goal or prop that is not the site's does not compile. */
declare module '@unblink/protocol' {
  interface KnownSite {
    slots: 'home.hero' | 'home.offer' | 'product.note'
    goals: 'order'
    components: {
      Campaign: {
        readonly tone: 'coffee' | 'bread' | 'garden'
        readonly kicker: string
        readonly title: string
        readonly text: string
        readonly action: string
      }
    }
  }
}
