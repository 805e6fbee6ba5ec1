// Looks at a report's page as it stands now. Answers what is wrong, a sentence each.
(() => {
  const wrong = [];
  const bad = text => { if (wrong.length < 40) wrong.push(text); };
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const number = text => Number(text.replaceAll(',', ''));

  // Nothing is cut off: the page doesn't scroll sideways, and what is wider scrolls inside itself.
  const page = document.documentElement;
  if (page.scrollWidth > page.clientWidth) bad(`the page is ${page.scrollWidth} wide in a window of ${page.clientWidth}`);
  for (const element of all('body *')) {
    if (element.closest('.scroll, pre')?.contains(element) && !element.matches('.scroll, pre')) continue;
    const box = element.getBoundingClientRect();
    if (box.width > 0 && (box.right > innerWidth + 0.5 || box.left < -0.5)) bad(`<${element.tagName} class="${element.getAttribute('class') ?? ''}"> reaches from ${box.left} to ${box.right} of ${innerWidth}`);
  }
  for (const svg of all('svg.chart')) {
    const frame = svg.getBoundingClientRect();
    for (const text of all('text', svg)) {
      const box = text.getBoundingClientRect();
      if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1) bad(`${svg.id}: "${text.textContent}" reaches out of the chart`);
      if (parseFloat(getComputedStyle(text).fontSize) * frame.width / svg.viewBox.baseVal.width < 9) bad(`${svg.id}: text is too small to read`);
    }
    const words = all('text.tick, text.label', svg).map(text => [text, text.getBoundingClientRect()]);
    for (const [a, p] of words) for (const [b, q] of words) {
      if (a !== b && p.left < q.right - 1 && q.left < p.right - 1 && p.top < q.bottom - 2 && q.top < p.bottom - 2) bad(`${svg.id}: "${a.textContent}" and "${b.textContent}" overlap`);
    }
  }

  // Every chart: its marks carry the numbers of the table beside it, and are as long or as high as these numbers.
  for (const svg of all('svg.chart')) {
    const id = svg.id.replace('chart-', '');
    const table = document.querySelector(`table[data-chart="${id}"]`);
    if (!table) { bad(`${svg.id} has no table`); continue; }
    const names = all('thead th', table).slice(1).map(th => th.textContent);
    const cells = new Map();
    for (const tr of all('tbody tr', table)) all('td', tr).forEach((td, i) => cells.set(`${tr.querySelector('th').textContent}\n${i}`, td.textContent));
    const bars = svg.dataset.kind === 'bars';
    const scale = all(`text[data-axis="${bars ? 'x' : 'y'}"]`, svg).map(text => [Number(text.dataset.value), Number(text.dataset.at)]);
    if (scale.length < 2) { bad(`${svg.id}: an axis without numbers`); continue; }
    const [[v0, p0], [v1, p1]] = [scale[0], scale[scale.length - 1]];
    if (!svg.querySelector('text.name')?.textContent) bad(`${svg.id}: an axis without a unit`);
    const marks = all('[data-value][data-series]', svg);
    const series = [...new Set(marks.map(mark => mark.dataset.series))];
    if (all('td', table).filter(td => td.textContent !== '–').length !== marks.length) bad(`${svg.id}: ${marks.length} marks, but the table has another count`);
    for (const mark of marks) {
      const column = names.findIndex(name => name === mark.dataset.series || name.startsWith(mark.dataset.series + ', '));
      const cell = cells.get(`${mark.dataset.label}\n${column}`);
      if (cell === undefined || number(cell) !== Number(mark.dataset.value)) bad(`${svg.id}: "${mark.dataset.label}" is ${mark.dataset.value} in the chart and ${cell} in the table`);
      if (!mark.querySelector('title')?.textContent.replaceAll(',', '').includes(mark.dataset.value)) bad(`${svg.id}: a mark's title doesn't say ${mark.dataset.value}`);
      const drawn = bars ? Number(mark.getAttribute('width')) * (v1 - v0) / (p1 - p0) : v0 + (Number(mark.getAttribute('cy')) - p0) * (v1 - v0) / (p1 - p0);
      const digits = (mark.dataset.value.split('.')[1] ?? '').length;
      const tolerance = 0.5 * 10 ** -digits + 0.002 * Math.abs(v1 - v0) / Math.abs(p1 - p0) * 10;
      if (!(Math.abs(drawn - Number(mark.dataset.value)) <= tolerance)) bad(`${svg.id}: "${mark.dataset.label}" is drawn as ${drawn}, not ${mark.dataset.value}`);
    }
    if (series.length === 0) bad(`${svg.id} has no marks`);
    if (svg.getAttribute('role') !== 'img' || !svg.querySelector('title').textContent || !svg.querySelector('desc').textContent) bad(`${svg.id}: no role, title or description`);
  }

  // Accessible: landmarks, headings in order, captions and scopes, contrast.
  for (const landmark of ['header', 'main', 'footer']) if (all(landmark).length !== 1) bad(`there isn't one ${landmark}`);
  let level = 0;
  for (const heading of all('h1, h2, h3, h4')) {
    const own = Number(heading.tagName[1]);
    if (own > level + 1) bad(`the heading "${heading.textContent}" is of level ${own} after ${level}`);
    level = own;
  }
  const ids = all('[id]').map(element => element.id);
  for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) bad(`two elements have the id ${id}`);
  for (const table of all('table')) {
    if (!table.caption?.textContent) bad('a table has no caption');
    if (all('th:not([scope])', table).length) bad(`"${table.caption?.textContent}": a heading without scope`);
  }
  // Composed over what is below, so that half-transparent grounds count too. A canvas turns every CSS colour into numbers.
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgb = colours => {
    canvas.clearRect(0, 0, 1, 1);
    for (const colour of colours) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = colour => {
    const [r, g, b] = colour.map(c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const seen = new Set();
  const grounds = element => { const list = []; for (let e = element; e; e = e.parentElement) list.unshift(getComputedStyle(e).backgroundColor); return list; };
  for (const element of all('body *')) {
    if (![...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim()) || element.closest('title, desc')) continue;
    const own = element.namespaceURI.endsWith('svg') ? getComputedStyle(element).fill : getComputedStyle(element).color;
    const below = grounds(element.closest('svg') ?? element);
    const key = own + below.join();
    if (seen.has(key)) continue;
    seen.add(key);
    const [a, b] = [light(rgb([...below, own])), light(rgb(below))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) bad(`contrast ${((a + 0.05) / (b + 0.05)).toFixed(2)} of "${element.textContent.trim().slice(0, 40)}"`);
  }
  return {wrong, ground: light(rgb(grounds(document.body))), charts: all('svg.chart').map(svg => svg.id.replace('chart-', '')), scripts: all('script').length, links: all('a, area').length,
    handlers: all('*').filter(e => [...e.attributes].some(a => a.name.startsWith('on'))).length, text: document.body.innerText};
})()
