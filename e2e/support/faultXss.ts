/** Runs when a payload runs: the page under test counts these calls. */
const CALL = 'window.xss(1)'

/** Ways to write a call where markup is expected. `$` stands for the call. */
const TAGS = [
  '<script>$</script>',
  '<SCRIPT\n>$</SCRIPT >',
  '<img src=x onerror=$>',
  '<img src=x onerror="$">',
  '<img/src=x/onerror=$>',
  '<img src="http://[" onerror=$>',
  '<image src=x onerror=$>',
  '<svg onload=$>',
  '<svg><script>$</script></svg>',
  '<svg><animate onbegin=$ attributeName=x dur=1s></svg>',
  '<svg><a><animate attributeName=href values="javascript:$"/><text y=20>x</text></a></svg>',
  '<svg><set attributeName=onmouseover to="$"></svg>',
  '<svg><foreignObject><img src=x onerror=$></foreignObject></svg>',
  '<svg><use href="data:image/svg+xml,<svg id=x xmlns=http://www.w3.org/2000/svg><script>$</script></svg>#x"></svg>',
  '<math><mi href="javascript:$">x</mi></math>',
  '<math><mtext><table><mglyph><style><img src=x onerror=$>',
  '<iframe srcdoc="<script>parent.xss(1)</script>"></iframe>',
  '<iframe src="javascript:parent.xss(1)"></iframe>',
  '<iframe src="data:text/html,<script>parent.xss(1)</script>"></iframe>',
  '<object data="javascript:$"></object>',
  '<embed src="javascript:$">',
  '<video><source onerror=$></video>',
  '<audio src=x onerror=$></audio>',
  '<details open ontoggle=$>x</details>',
  '<input autofocus onfocus=$>',
  '<select autofocus onfocus=$></select>',
  '<body onload=$>',
  '<link rel=stylesheet href="data:text/css,x" onload=$>',
  '<style onload=$>x{}</style>',
  '<style>@import "javascript:$"</style>',
  '<meta http-equiv=refresh content="0;url=javascript:$">',
  '<base href="javascript:/$//">',
  '<form action="javascript:$"><button>x</button></form>',
  '<button formaction="javascript:$">x</button>',
  '<a href="javascript:$">x</a>',
  '<div style="background:url(javascript:$)">x</div>',
  '<div style="animation:x 1ms" onanimationstart=$>x</div>',
  '<template shadowrootmode=open><img src=x onerror=$></template>',
  '<noscript><p title="</noscript><img src=x onerror=$>"></noscript>',
  '<form><math><mtext></form><form><mglyph><style></math><img src=x onerror=$>',
  '<svg></p><style><a id="</style><img src=x onerror=$>">',
  '<textarea><img title="</textarea><img src=x onerror=$>"></textarea>',
  '<xmp><p title="</xmp><img src=x onerror=$>">',
  '<!--><img src=x onerror=$>-->',
  '<![CDATA[><img src=x onerror=$>]]>',
  '<x-el onclick=$ tabindex=1 autofocus onfocus=$>x</x-el>',
]

/** What surrounds a payload, so that it leaves where it was put. */
const BREAKOUTS = [
  '$',
  '"\'>$',
  '</div></section>$',
  '</template></script></style></title></textarea>$',
  '<div title="`$`">$</div>',
  'ok\u0000$',
  '{{{$}}}',
]

const SCHEMES = [
  'javascript:$',
  'JaVaScRiPt:$',
  ' javascript:$',
  '\u0001javascript:$',
  'java\tscript:$',
  'java\nscript:$',
  'javascript\r\n:$',
  'javascript&colon;$',
  'data:text/html,<script>parent.xss(1)</script>',
  'data:image/svg+xml,<svg onload=$ xmlns="http://www.w3.org/2000/svg"/>',
  'vbscript:$',
  'blob:$',
  'view-source:javascript:$',
  '//x" onfocus=$ autofocus x="',
  "jar:javascript:$!/'",
]
/** Attributes that run, load, navigate, restyle or rename; and the name tricks around them. */
const NAMES = [
  'onclick', 'onfocus', 'onload', 'onerror', 'ONFOCUS', 'onanimationend', 'style', 'srcdoc', 'src', 'srcset', 'action', 'formaction',
  'xlink:href', 'ping', 'background', 'is', 'slot', 'id', 'name', 'href', 'target', 'title', 'alt', 'data-x', 'aria-label',
  'x onfocus', '"><img', 'on\u0000click', '__proto__', 'constructor',
] as const // prettier-ignore

const fill = (form: string) => form.replaceAll('$', CALL)
/** Names by which an element shadows what scripts of a page use. */
const CLOBBERS = [
  'unblink',
  'document',
  'body',
  'getElementById',
  'cookie',
  'location',
  'currentScript',
  'forms',
  'xss',
  'attributes',
  'innerHTML',
]

const withBreakouts = (tag: string) => BREAKOUTS.map((breakout) => fill(breakout.replaceAll('$', () => tag)))

export const XSS_HTML: readonly string[] = TAGS.flatMap(withBreakouts)
/** Apart, because one engine's own sanitiser crashes on them. */
export const XSS_MARQUEE: readonly string[] = withBreakouts('<marquee onstart=$>x</marquee>')
/** Elements whose names take the place of the page's own objects. */
export const XSS_CLOBBERS: readonly string[] = CLOBBERS.flatMap((name) => [
  `<form id=${name}><input name=${name} id=y></form>`,
  `<img name=${name}><form name=${name}></form>`,
  `<a id=${name}></a><a id=${name} name=y href="javascript:${CALL}">x</a>`,
])
export const XSS_ATTRIBUTES: readonly (readonly [name: string, value: string])[] = NAMES.flatMap((name) =>
  [...SCHEMES, '$', 'x" onfocus=$ autofocus="', 'background:url(javascript:$)', 'x 1x, javascript:$ 2x'].map(
    (form) => [name, fill(form)] as const,
  ),
)
