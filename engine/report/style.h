#pragma once
namespace tidemark::engine::report {

/// The page's style sheet. Colours: every text has a contrast of 4.5 or more on its ground, marks of 3 or more; the two series are blue and
/// orange (told apart by colour-blind people, and by lightness in grey), and differ in dash or filling too.
inline constexpr const char* kStyle = R"css(
:root {
  color-scheme: light dark;
  --ground: #ffffff; --panel: #f6f7f9; --text: #1b1f24; --quiet: #57606a; --line: #d5dae0; --grid: #e7eaee; --axis: #7d8792;
  --one: #1f5f99; --two: #b3560b; --good: #116329; --bad: #a40e26; --open: #6b4e00; --good-ground: #e7f5ea; --bad-ground: #fdeceb; --open-ground: #fdf4dc;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14181d; --panel: #1c2229; --text: #e8ebee; --quiet: #a4aeb9; --line: #38414b; --grid: #2a323a; --axis: #7f8a96;
    --one: #7db7ef; --two: #f0a357; --good: #7ed492; --bad: #ff9d94; --open: #e9c46a; --good-ground: #16301d; --bad-ground: #3a1a1b; --open-ground: #33290f;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--ground); color: var(--text); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: break-word; }
header, main, footer { max-width: 1080px; margin: 0 auto; padding: 0 20px; }
header { padding-top: 36px; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 4px; letter-spacing: -0.01em; }
h2 { font-size: 1.25rem; line-height: 1.3; margin: 0 0 12px; padding-top: 28px; }
h3 { font-size: 1rem; margin: 0 0 4px; }
p { margin: 0 0 12px; max-width: 46rem; }
.quiet, .source { color: var(--quiet); }
.source, .small, figcaption { font-size: 0.875rem; }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; font-size: 0.875em; }
code { overflow-wrap: anywhere; }
section { margin-bottom: 8px; }

.verdict { border: 1px solid var(--line); border-left: 6px solid var(--open); border-radius: 6px; padding: 16px 20px; margin: 20px 0; background: var(--open-ground); }
.verdict.met { border-left-color: var(--good); background: var(--good-ground); }
.verdict.not_met { border-left-color: var(--bad); background: var(--bad-ground); }
.verdict h2 { padding: 0; margin: 0 0 4px; font-size: 1.375rem; }
.verdict p { margin: 0; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 16px 24px; margin: 20px 0 0; padding: 0; }
.figures div { border-top: 1px solid var(--line); padding-top: 8px; }
.figures dt { color: var(--quiet); font-size: 0.875rem; }
.figures dd { margin: 0; font-size: 1.5rem; line-height: 1.25; }
.figures dd + dd { font-size: 0.875rem; color: var(--quiet); line-height: 1.4; }

.criteria { list-style: none; margin: 0; padding: 0; border-top: 1px solid var(--line); }
.criteria > li { display: grid; grid-template-columns: 8.5rem 1fr; gap: 2px 16px; padding: 12px 0; border-bottom: 1px solid var(--line); break-inside: avoid; }
.criteria h3 { font-weight: 600; }
.criteria p { margin: 0; }
.criteria ul { margin: 4px 0 0; padding-left: 18px; }
.unseen { position: absolute; width: 1px; height: 1px; padding: 0; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.state { font-weight: 600; white-space: nowrap; }
.state.met { color: var(--good); } .state.not_met { color: var(--bad); } .state.not_known { color: var(--open); }
.state::before { display: inline-block; width: 1.4em; }
.state.met::before { content: "\2713"; } .state.not_met::before { content: "\2715"; } .state.not_known::before { content: "?"; }

.chart-row { display: grid; gap: 8px 32px; margin: 0 0 28px; break-inside: avoid; }
figure { margin: 0; min-width: 0; }
figcaption { color: var(--quiet); }
figcaption h3 { color: var(--text); }
svg.chart { display: block; width: 100%; height: auto; max-width: 520px; margin-top: 8px; }
svg text { fill: var(--text); font-size: 11px; font-family: inherit; }
svg .tick, svg .name, svg .legend { fill: var(--quiet); }
svg .none { fill: var(--quiet); font-style: italic; }
svg .grid { stroke: var(--grid); } svg .axis { stroke: var(--axis); } svg .divide { stroke: var(--axis); stroke-dasharray: 2 3; }
svg .limit { stroke: var(--bad); stroke-dasharray: 6 3; } svg .limit-word { fill: var(--bad); }
svg .mark.s1 { fill: var(--one); } svg .mark.s2 { fill: var(--ground); stroke: var(--two); stroke-width: 1.5; }
svg .line { fill: none; stroke-width: 1.8; stroke-linejoin: round; } svg .line.s1 { stroke: var(--one); } svg .line.s2 { stroke: var(--two); stroke-dasharray: 5 3; }
svg .line.s3 { stroke: var(--text); stroke-dasharray: 1 3; }
svg .dot.s1 { fill: var(--one); } svg .dot.s2 { fill: var(--ground); stroke: var(--two); stroke-width: 1.4; } svg .dot.s3 { fill: var(--text); }

.scroll { overflow: auto; max-height: 22rem; border: 1px solid var(--line); border-radius: 6px; min-width: 0; }
.scroll:focus-visible { outline: 2px solid var(--one); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; font-size: 0.875rem; }
caption { text-align: left; padding: 8px 12px; color: var(--quiet); }
th, td { text-align: left; padding: 6px 12px; border-top: 1px solid var(--line); vertical-align: top; }
thead th { position: sticky; top: 0; background: var(--panel); border-top: 0; font-weight: 600; }
tbody th { font-weight: 400; }
.n { text-align: right; }
td.n { white-space: nowrap; }
td code, th code { white-space: nowrap; overflow-wrap: normal; }
td.wrap code { white-space: pre-wrap; overflow-wrap: anywhere; }
dl.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 4px 20px; margin: 0; font-size: 0.9375rem; }
dl.facts dt { color: var(--quiet); } dl.facts dd { margin: 0; overflow-wrap: anywhere; }
.commands, .tasks { list-style: none; margin: 0; padding: 0; }
.commands > li, .tasks > li { margin: 0 0 16px; break-inside: avoid; }
pre { margin: 4px 0; padding: 10px 12px; background: var(--panel); border: 1px solid var(--line); border-radius: 6px; white-space: pre-wrap; overflow-wrap: anywhere; user-select: all; }
.tasks h3 + p { margin: 0; }
footer { padding-top: 12px; padding-bottom: 48px; }

@media (min-width: 820px) { .chart-row { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); align-items: start; } svg text { font-size: 9.6px; } }
@media (max-width: 560px) {
  header, main, footer { padding-left: 16px; padding-right: 16px; }
  .criteria > li { grid-template-columns: 1fr; }
  thead th { white-space: normal; } th, td { padding: 6px 8px; }
  dl.facts { grid-template-columns: minmax(0, 1fr); gap: 0; } dl.facts dd { margin-bottom: 8px; }
}
@media print {
  :root { --ground: #fff; --panel: #f6f7f9; --text: #000; --quiet: #444; --line: #bbb; --grid: #ddd; --axis: #666; --one: #1f5f99; --two: #b3560b;
    --good: #116329; --bad: #a40e26; --open: #6b4e00; --good-ground: #fff; --bad-ground: #fff; --open-ground: #fff; }
  body { font-size: 10.5pt; }
  header, main, footer { max-width: none; padding-left: 0; padding-right: 0; }
  .scroll { overflow: visible; max-height: none; border: 0; } table { font-size: 8.5pt; } thead th { position: static; } th, td, td code, th code, thead th, .n { white-space: normal; padding: 3px 6px; } td code, th code { overflow-wrap: anywhere; }
  .chart-row { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); } svg text { font-size: 10.5px; }
  h2, h3 { break-after: avoid; }
}
)css";

}  // namespace tidemark::engine::report
