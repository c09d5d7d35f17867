"""How the page looks: in light, in dark, on a phone and on paper."""

COLOURS_LIGHT = """
  --ink: #1d2733; --soft: #5c6773; --rule: #d4d9df; --paper: #fefefe; --ground: #f2f4f7; --link: #0b5cad;
  --m0: #003ed5; --m1: #9f2306; --m2: #00704b; --m3: #a93797; --m4: #a78b00; --m5: #009bda; --m6: #30364c;
  --right: 0, 105, 168; --wrong: 201, 79, 0
"""
COLOURS_DARK = """
  --ink: #e7ebf0; --soft: #a5afba; --rule: #3c4652; --paper: #14191f; --ground: #1e252d; --link: #7cb8f2;
  --m0: #7183ff; --m1: #ee6a41; --m2: #17c193; --m3: #c86ab4; --m4: #ecc81f; --m5: #b3f7ff; --m6: #dfefa4;
  --right: 88, 176, 238; --wrong: 255, 150, 87
"""
_FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif'

STYLE = f"""
:root {{ color-scheme: light dark; {COLOURS_LIGHT} }}
@media screen and (prefers-color-scheme: dark) {{ :root {{ {COLOURS_DARK} }} }}
* {{ box-sizing: border-box }}
html {{ -webkit-text-size-adjust: 100%; text-size-adjust: 100% }}
body {{ margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 66rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 {_FONT} }}
h1 {{ font-size: 1.7rem; line-height: 1.2; margin: 0 0 .8rem }}
h2 {{ font-size: 1.3rem; line-height: 1.25; margin: 3rem 0 .8rem }}
h3 {{ font-size: 1.05rem; margin: 1.6rem 0 .4rem }}
p {{ max-width: 46rem; margin: .5rem 0; overflow-wrap: anywhere }}
a {{ color: var(--link) }}
:focus-visible {{ outline: 3px solid var(--link); outline-offset: 2px }}
.verdict {{ padding: .5rem 1rem; background: var(--ground); border-left: .3rem solid var(--m0); max-width: 48rem }}
.verdict p:first-child {{ font-size: 1.2rem; line-height: 1.4; font-weight: 600 }}
.note {{ color: var(--soft) }}
nav {{ display: flex; flex-wrap: wrap; gap: .2rem 1rem; padding: .6rem 0; border-bottom: 1px solid var(--rule) }}
nav a {{ text-decoration: none; padding: .2rem 0 }}
nav a:hover {{ text-decoration: underline }}

.box {{ overflow-x: auto; margin: 1rem 0; max-width: 100% }}
table {{ border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums }}
caption {{ text-align: left; padding: 0 0 .4rem; font-weight: 600; white-space: nowrap }}
.reading {{ color: var(--soft); font-size: .95rem; margin: -.4rem 0 1.2rem }}
th, td {{ padding: .3rem .5rem; text-align: left; border-bottom: 1px solid var(--rule); white-space: nowrap;
  font-weight: normal }}
thead th {{ color: var(--soft); vertical-align: bottom }}
thead th a {{ color: inherit; text-decoration: underline dotted }}
tbody th, thead th:first-child {{ position: sticky; left: 0; background: var(--paper); z-index: 1 }}
.number {{ text-align: right }}
td.sees {{ white-space: normal; min-width: 9rem }}
.reference th, .reference td {{ color: var(--soft); font-style: italic; background: var(--ground) }}
.reference a {{ color: inherit }}
.key {{ width: .85em; height: .85em; margin-right: .45em; vertical-align: -.06em }}
.key path {{ stroke-width: 1.3 }}
.tall thead th:not(:first-child) {{ writing-mode: vertical-rl; transform: rotate(180deg); text-align: left;
  vertical-align: top; padding: .5rem .2rem }}
.matrix td, .pair td {{ padding: .25rem .4rem }}
.unclear, .recall, .t0, .w0 {{ color: var(--soft) }}
.clear, .taken {{ background: rgba(var(--right), .16) }}
.t1 {{ background: rgba(var(--right), .08) }} .t2 {{ background: rgba(var(--right), .16) }}
.t3 {{ background: rgba(var(--right), .24) }} .t4 {{ background: rgba(var(--right), .32) }}
.t5 {{ background: rgba(var(--right), .42) }}
.w1 {{ background: rgba(var(--wrong), .14) }} .w2 {{ background: rgba(var(--wrong), .26) }}
.w3 {{ background: rgba(var(--wrong), .36) }} .w4 {{ background: rgba(var(--wrong), .46) }}
.w5 {{ background: rgba(var(--wrong), .56) }}
.remarks {{ padding: 0; list-style: none; font-size: .95rem; color: var(--soft); overflow-wrap: anywhere }}

figure {{ margin: 1rem 0; max-width: 34rem }}
figure.wide {{ max-width: none }}
figcaption {{ color: var(--soft); font-size: .95rem; margin-top: .4rem; max-width: 46rem }}
figcaption b {{ color: var(--ink) }}
figure svg {{ display: block; width: 100%; height: auto }}
figure svg text {{ font-family: {_FONT} }}
figure svg * {{ stroke-linejoin: round; stroke-linecap: butt }}
.heat {{ max-width: 44rem }}
.panels {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(14rem, 1fr)); gap: .6rem 1rem }}
.two {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 0 1.5rem }}
.beside {{ display: flex; flex-wrap: wrap; gap: 0 2rem; align-items: flex-start }}
.beside > * {{ flex: 1 1 24rem; min-width: min(100%, max-content) }}
.beside > div {{ max-width: 100% }}
.columns {{ columns: 20rem; max-width: none }}
.columns li {{ break-inside: avoid }}

.filters {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 17rem), 1fr)); gap: 1rem }}
.filter {{ background: var(--ground); padding: .6rem .8rem .4rem; min-width: 0 }}
.filter h3 {{ margin: 0; overflow-wrap: anywhere }}
.filter p {{ margin: 0; font-size: .9rem }}
.filter ol {{ list-style: none; margin: .4rem 0 0; padding: 0 }}
.filter li {{ margin: 0 0 .45rem; overflow-wrap: anywhere }}
.filter small {{ color: var(--soft) }}
.gram {{ background: rgba(var(--right), .16); white-space: pre-wrap; padding: .05rem .2rem; border-radius: .15rem }}
.bar {{ display: block; height: .2rem; margin: .2rem 0 .05rem; background: rgb(var(--right)) }}

.mistakes {{ padding-left: 1.8rem; columns: 2 26rem; column-gap: 3rem }}
.mistakes li {{ margin: 0 0 .9rem; break-inside: avoid }}
.mistakes p {{ font-size: .9rem; color: var(--soft); margin: .1rem 0 }}
blockquote {{ margin: 0; padding: .3rem .7rem; border-inline-start: .2rem solid var(--rule); background: var(--ground);
  overflow: hidden; overflow-wrap: anywhere }}
pre {{ white-space: pre-wrap; overflow-wrap: anywhere; padding: .6rem .8rem; background: var(--ground);
  margin: .2rem 0 .8rem; font-size: .88rem }}
code {{ font-family: ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace }}
dl {{ display: grid; grid-template-columns: minmax(7rem, max-content) 1fr; gap: .25rem 1.2rem; margin: .5rem 0;
  font-size: .95rem }}
dt {{ color: var(--soft) }}
dd {{ margin: 0; overflow-wrap: anywhere; max-width: 46rem }}

@media screen and (max-width: 40rem) {{
  body {{ padding: 1rem .9rem 3rem }}
  h1 {{ font-size: 1.4rem }}
  .verdict p:first-child {{ font-size: 1.1rem }}
  tbody th, thead th:first-child {{ max-width: 45vw; overflow: hidden; text-overflow: ellipsis }}
  th, td {{ padding: .3rem .45rem }}
  dl {{ grid-template-columns: 1fr }}
  dd {{ margin-bottom: .5rem }}
  .panels {{ gap: .4rem; grid-template-columns: repeat(2, 1fr) }}
}}
@page {{ size: A4; margin: 15mm }}
@media print {{
  :root {{ color-scheme: light; --ink: #000; --soft: #444; --paper: #fff; --link: #000 }}
  * {{ print-color-adjust: exact; -webkit-print-color-adjust: exact }}
  html {{ font-size: 9.5pt }}
  body {{ max-width: none; padding: 0 }}
  nav {{ display: none }}
  a {{ text-decoration: none }}
  h2 {{ margin-top: 1.6rem }}
  h2, h3, caption {{ break-after: avoid }}
  figure, table, tr, .panels svg, blockquote, dt, .filter {{ break-inside: avoid }}
  .box {{ overflow: visible }}
  table {{ font-size: 7.5pt }}
  dd, p, figcaption {{ max-width: none }}
  th, td {{ padding: .15rem .3rem }}
  tbody th, thead th:first-child {{ position: static }}
  .matrix td, .pair td {{ padding: .1rem .22rem }}
  figure {{ max-width: 12cm }}
  figure.wide {{ max-width: none }}
  .panels {{ grid-template-columns: repeat(4, 1fr) }}
  .two, .mistakes {{ grid-template-columns: 1fr 1fr; columns: 2 }}
}}
"""
