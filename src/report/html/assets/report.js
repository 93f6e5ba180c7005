/** Searches, filters and sorts the rows that are there; without it the page reads and prints all the same. */
const rows = [...document.querySelectorAll('#rows > tr')];
const body = document.getElementById('rows');
const filter = document.querySelector('.filter');
const search = document.getElementById('search');
const status = document.getElementById('status');
const server = document.getElementById('server');
const result = document.getElementById('result');
const all = result.textContent.trim();
const number = new Intl.NumberFormat('en');
const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** What each row is searched by; made when somebody searches. */
let texts = null;

function show() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length > 0) texts ??= rows.map((row) => row.textContent.toLowerCase());
  let shown = 0;
  rows.forEach((row, index) => {
    const fits =
      (status.value === '' || row.dataset.status === status.value) &&
      (server.value === '' || row.dataset.server === server.value) &&
      words.every((word) => texts[index].includes(word));
    row.hidden = !fits;
    if (fits) shown++;
  });
  const isFiltered = words.length > 0 || status.value !== '' || server.value !== '';
  result.textContent = isFiltered ? `${number.format(shown)} of ${number.format(rows.length)} entries` : all;
}

function valueOf(row, column) {
  const cell = row.cells[column];
  return cell.dataset.sort ?? cell.textContent.trim();
}

function sort(head, column) {
  const { sorts } = head.dataset;
  const before = head.getAttribute('aria-sort');
  // A first click shows what one looks for: the most, the newest; but texts from their beginning.
  const falls = before === null ? sorts === 'number' || sorts === 'time' : before === 'ascending';
  for (const other of head.parentNode.cells) other.removeAttribute('aria-sort');
  head.setAttribute('aria-sort', falls ? 'descending' : 'ascending');
  const compare =
    sorts === 'number'
      ? (left, right) => left - right
      : sorts === 'text'
        ? collator.compare
        : (left, right) => (left < right ? -1 : left > right ? 1 : 0);
  const keyed = rows.map((row) => [valueOf(row, column), row]);
  keyed.sort(([left], [right]) => (falls ? compare(right, left) : compare(left, right)));
  body.append(...keyed.map(([, row]) => row));
}

document.querySelectorAll('.clients thead th').forEach((head, column) => {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'sort';
  button.append(...head.childNodes);
  button.addEventListener('click', () => sort(head, column));
  head.append(button);
});

filter.hidden = false;
search.addEventListener('input', show);
status.addEventListener('change', show);
server.addEventListener('change', show);
// A browser may have kept what stood in the fields.
show();
