import { ADDRESSES, ENCODED_ADDRESSES } from './addresses.ts'
import { fill, sample } from './fill.ts'

/** Elements whose handler runs without the visitor's doing, or when they touch it; `@` stands for the handler. */
const HANDLERS = [
  '<img src=x onerror@>',
  '<img src=/ok.svg onload@>',
  '<image src=x onerror@>',
  '<input type=image src=x onerror@>',
  '<input autofocus onfocus@>',
  '<textarea autofocus onfocus@></textarea>',
  '<select autofocus onfocus@></select>',
  '<button autofocus onfocus@>x</button>',
  '<a href=#x onclick@>x</a>',
  '<div tabindex=0 autofocus onfocus@>x</div>',
  '<details open ontoggle@>x</details>',
  '<video src=x onerror@></video>',
  '<video><source src=x onerror@></video>',
  '<audio src=x onerror@></audio>',
  '<svg onload@></svg>',
  '<svg><animate onbegin@ attributeName=x dur=1s></svg>',
  '<svg><set onbegin@ attributeName=x dur=1s></svg>',
  '<svg><image href=x onerror@ /></svg>',
  '<svg><a tabindex=0 onclick@><text y=20>x</text></a></svg>',
  '<math><mi tabindex=0 onclick@>x</mi></math>',
  '<body onload@>',
  '<iframe onload@></iframe>',
  '<object data=x onerror@></object>',
  '<embed src=x onerror@>',
  '<link rel=stylesheet href=x onerror@>',
  '<style onload@>x{}</style>',
  '<script src=x onerror@></script>',
  '<frameset onload@><frame></frameset>',
  '<div onpointerover@ onmouseover@>x</div>',
  '<form onsubmit@ oninput@><button>x</button></form>',
  '<dialog open onclose@ oncancel@><button autofocus onfocus@>x</button></dialog>',
  '<x-unknown tabindex=0 onclick@ onfocus@>x</x-unknown>',
  '<p style="animation:a 1ms" onanimationstart@ onanimationend@ onwebkitanimationend@>x</p>',
  '<p style="transition:color 1ms" ontransitionend@>x</p>',
  '<p onscroll@ onwheel@ ontouchstart@ onbeforeinput@ oncontentvisibilityautostatechange@>x</p>',
  '<button popovertarget=x1>x</button><p popover id=x1 onbeforetoggle@ ontoggle@>x</p>',
]

/** Ways to write an attribute and its value. */
const WRITINGS = [
  '=$',
  '="$"',
  "='$'",
  ' \t\n=\n $',
  '="&#102;ired(1)"',
  '="&#x66;&#x69;red&lpar;1&rpar;"',
  '="$//"',
  '=`$`',
  '="javascript:$"',
  '=$/',
]

/** Ways to write the tag itself. */
const TAG_FORMS: readonly ((tag: string) => string)[] = [
  (tag) => tag.toUpperCase().replaceAll('FIRED', 'fired'),
  (tag) => tag.replaceAll(' ', '/'),
  (tag) => tag.replaceAll(' ', '\n\f\t'),
  (tag) => tag.replaceAll(' on', ' x="a>b" on'),
  (tag) => tag.replaceAll(' on', ' ON'),
  (tag) => tag.replace(/>[^>]*$/, ''),
  (tag) => '<' + tag,
  (tag) => `<!-- --!>${tag}<!-- -->`,
]

/** Elements with an address; `@` stands for it, in double quotes. */
const LOADERS = [
  '<a href="@">x</a>',
  '<a xlink:href="@" href="@" target=_self ping="@">x</a>',
  '<area href="@" shape=default>',
  '<form action="@"><button>x</button></form>',
  '<form id=f1></form><button form=f1 formaction="@">x</button>',
  '<form><input type=submit formaction="@"></form>',
  '<form><input type=image formaction="@" src=/ok.svg></form>',
  '<iframe src="@"></iframe>',
  '<iframe srcdoc="<a href=&quot;@&quot;>x</a><script>^</script>"></iframe>',
  '<frame src="@">',
  '<object data="@"></object>',
  '<object><param name=src value="@"><param name=movie value="@"></object>',
  '<embed src="@">',
  '<applet code="@" archive="@"></applet>',
  '<script src="@"></script>',
  '<link rel=import href="@">',
  '<link rel=stylesheet href="@">',
  '<base href="@">',
  '<meta http-equiv=refresh content="0;url=@">',
  '<meta http-equiv=set-cookie content="x=@">',
  '<img src="@">',
  '<img srcset="@ 1x, @ 2x">',
  '<picture><source srcset="@"><img src=/ok.svg></picture>',
  '<img lowsrc="@" dynsrc="@" longdesc="@">',
  '<input type=image src="@">',
  '<video poster="@" src="@"></video>',
  '<track src="@">',
  '<body background="@">',
  '<table background="@"><td background="@">x</table>',
  '<portal src="@"></portal>',
  '<isindex action="@" type=submit value=x>',
  '<blockquote cite="@">x</blockquote>',
  '<svg><a href="@"><text y=20>x</text></a></svg>',
  '<svg><a xlink:href="@"><text y=20>x</text></a></svg>',
  '<svg><use href="@#x"></use></svg>',
  '<svg><script href="@"></script></svg>',
  '<svg><image href="@"/></svg>',
  '<svg><feimage href="@"/></svg>',
  '<svg><a><animate attributeName=href values="@"/><text y=20>x</text></a></svg>',
  '<svg><a><set attributeName=href to="@"/><text y=20>x</text></a></svg>',
  '<svg><a id=a9><text y=20>x</text></a><animate href=#a9 attributeName=href from="@" to="@"/></svg>',
  '<math href="@"><mi>x</mi></math>',
  '<math><maction actiontype="statusline#@" xlink:href="@">x</maction></math>',
]

/** Where HTML's and XML's rules for what an element holds meet. */
const FOREIGN = [
  '<svg>|</svg>',
  '<math>|</math>',
  '<svg><foreignObject>|</foreignObject></svg>',
  '<svg><desc>|</desc></svg>',
  '<svg><title>|</title></svg>',
  '<math><mtext>|</mtext></math>',
  '<math><mi>|</mi></math>',
  '<math><ms>|</ms></math>',
  '<math><annotation-xml encoding="text/html">|</annotation-xml></math>',
  '<math><annotation-xml encoding="application/xhtml+xml">|</annotation-xml></math>',
  '<math><annotation-xml>|</annotation-xml></math>',
  '<math><mtext><table><mglyph>|',
  '<math><mtext><table><malignmark>|',
  '<form><math><mtext></form><form><mglyph>|',
  '<svg><p>|</p></svg>',
  '<svg></p>|',
  '<math><mtext><svg><desc>|',
  '<table><svg><foreignObject>|',
]
/** Elements whose text some parsers read as markup and others do not. */
const RAW = ['style', 'script', 'textarea', 'title', 'noscript', 'xmp', 'iframe', 'noembed', 'noframes', 'plaintext', 'template', 'select', 'option', 'math', 'svg'] as const // prettier-ignore
/** What is in them; `!` stands for the element's name. */
const INSIDE = [
  '<!><img src=x onerror=$></!>',
  '<!><a title="</!><img src=x onerror=$>">x</a></!>',
  '<!><!--</!><img src=x onerror=$>--></!>',
  '<!><![CDATA[</!><img src=x onerror=$>]]></!>',
  '<!>&lt;/!&gt;&lt;img src=x onerror=$&gt;</!>',
]

const BROKEN = [
  '<script>$</script>',
  '<SCRIPT\n>$</SCRIPT >',
  '<script/x>$</script\t>',
  '<scr<script>ipt>$</scr</script>ipt>',
  '<script>/*<!--*/$/*-->*/</script>',
  '<script type=module>$</script>',
  '<script type=text/plain>x</script><script type="application/javascript;x=y">$</script>',
  '<script nomodule src=data:text/javascript,$></script>',
  '<script src=~/x.js></script>',
  '<script>import("~/x.js")</script>',
  '<script type=importmap>{"imports":{"x":"~/x.js"}}</script>',
  '<svg><script>$</script></svg>',
  '<svg><script>&#102;ired(1)</script></svg>',
  '<svg><script href=data:,$ /></svg>',
  '<!--><img src=x onerror=$>-->',
  '<!---><img src=x onerror=$>-->',
  '<!-- --!><img src=x onerror=$>-->',
  '<!-- <!-- --><img src=x onerror=$>-->',
  '<![CDATA[><img src=x onerror=$>]]>',
  '<?xml version="1.0"?><?x ><img src=x onerror=$>?>',
  '<!ENTITY x "<img src=x onerror=$>">&x;',
  '</ ><img src=x onerror=$>',
  '<%<img src=x onerror=$>%>',
  '<a<img src=x onerror=$>',
  '<img src="x` `<script>$</script>"` `>',
  '<img """><script>$</script>">',
  '<img src=x:x onerror\u0000=$>',
  '<img\u0000 src=x onerror=$>',
  '<im\u0000g src=x onerror=$>',
  '<img src=x onerror=$ x=\u0000>',
  '\u0000<script>$</script>',
  '\uFEFF<script>$</script>',
  '<ſcript>$</ſcript>',
  '<ımg src=x onerror=$>',
  '＜script＞$＜/script＞',
  '+ADw-script+AD4-fired(1)+ADw-/script+AD4-',
  '\u00BCscript\u00BE$\u00BC/script\u00BE',
  '</div></section></body></html><img src=x onerror=$>',
  '</template></script></style></title></textarea></noscript><img src=x onerror=$>',
  '<template shadowrootmode=open><img src=x onerror=$></template>',
  '<div><template shadowrootmode=closed><script>$</script></template></div>',
  '<template><script>$</script></template>',
  '<x is=y onclick=$ tabindex=0 autofocus onfocus=$>x</x>',
  '<div contenteditable autofocus onfocus=$ onbeforeinput=$>x</div>',
  '<table><td><table><img src=x onerror=$></table>',
  '<table><img src=x onerror=$><tr></table>',
  '<select><option><img src=x onerror=$></select>',
  '<select><keygen autofocus onfocus=$></select>',
  '<p><p><p id="</p><img src=x onerror=$>">',
  '<a href="x" title=\'"\'><img src=x onerror=$></a>',
  '<b <script>$</script>0',
  '<img src onerror /" \'"= alt=$//">',
  '<img src=1 oNeRrOr=$ onerror=x>',
  '<marquee behavior=alternate onbounce=$>x</marquee>',
  '<bgsound src=javascript:$>',
  '<xml src=javascript:$ id=x></xml>',
  '<comment><img src=x onerror=$></comment>',
  '<input type=hidden accesskey=x onclick=$>',
  '<button onclick=$ popovertarget=x>x</button>',
  '<svg><style><img src=x onerror=$></style></svg>',
  '<svg><animate attributeName=onclick values=$ /></svg>',
  '<svg><handler type=application/javascript ev:event=load>$</handler></svg>',
  '<svg><listener event=load handler=#x /></svg>',
  '<svg xmlns:x="http://www.w3.org/1999/xhtml"><x:script>$</x:script></svg>',
  '<html:script xmlns:html="http://www.w3.org/1999/xhtml">$</html:script>',
]

const STYLES = [
  '<div style="background:url(javascript:$)">x</div>',
  '<div style="width:expression($)">x</div>',
  '<div style="width:e/**/xpression($)">x</div>',
  '<div style="width:\\65xpression($)">x</div>',
  '<div style="-moz-binding:url(data:text/xml,$)">x</div>',
  '<div style="behavior:url(#default#time2)" onbegin=$>x</div>',
  '<div style=\'x:"</style><img src=x onerror=$>"\'>x</div>',
  '<style>@import "javascript:$";</style>',
  '<style>x{background:url("javascript:$")}</style>',
  '<style></style><img src=x onerror=$>',
  '<style><!--</style><img src=x onerror=$>--></style>',
  '<style>*{x:"</style><img src=x onerror=$>"}</style>',
  '<link rel=stylesheet href="javascript:$">',
  '<link rel=stylesheet href="data:text/css,*{x:expression($)}">',
]

const bare = HANDLERS.map((tag) => fill(tag.replaceAll('@', () => '=$')))

/** What the whole page heeds, whatever element it is in, and in whatever case it is written. */
const LOUD = ['<BASE HREF="~/">', '<META HTTP-EQUIV=Refresh CONTENT="0;url=~/">']

/** As `html`: whatever of it can be seen, none of it may run. */
export const MARKUP: readonly string[] = [
  ...HANDLERS.flatMap((tag, index) =>
    sample(WRITINGS, 2, index).map((writing) => fill(tag.replaceAll('@', () => writing))),
  ),
  ...bare.flatMap((tag, index) => sample(TAG_FORMS, 2, index).map((write) => write(tag))),
  ...LOADERS.flatMap((tag, index) =>
    [...sample([...ADDRESSES, ...ENCODED_ADDRESSES], 12, index * 5), 'javascript:fired(1)'].map((address) =>
      fill(tag.replaceAll('@', () => address.replaceAll('"', '&quot;'))),
    ),
  ),
  ...[...ADDRESSES, ...ENCODED_ADDRESSES].map((address) => `<a href="${address.replaceAll('"', '&quot;')}">x</a>`),
  ...FOREIGN.flatMap((outside, index) =>
    sample(RAW, 2, index).map((name, at) =>
      fill(
        outside.replace('|', () =>
          INSIDE[(index + at) % INSIDE.length]!.replaceAll('!', name)
            .replaceAll('<' + name + '--', '<!--')
            .replaceAll('<' + name + '[', '<!['),
        ),
      ),
    ),
  ),
  ...RAW.flatMap((name) =>
    INSIDE.map((inside) =>
      fill(
        inside
          .replaceAll('!', name)
          .replaceAll('<' + name + '--', '<!--')
          .replaceAll('<' + name + '[', '<!['),
      ),
    ),
  ),
  ...BROKEN.map(fill),
  ...STYLES.map(fill),
  ...LOUD.map(fill),
]
