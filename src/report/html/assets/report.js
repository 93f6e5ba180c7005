/**
 * Searches, filters and sorts the rows that are there, and shows some of them at a time, since thousands take a browser
 * long to lay out. Without it the page reads and prints all the same.
 */
const rowsAtOnce = 200;
let rows = [...document.querySelectorAll('#rows > tr')];
const body = document.getElementById('rows');
const filter = document.querySelector('.filter');
const search = document.getElementById('search');
const status = document.getElementById('status');
const server = document.getElementById('server');
const result = document.getElementById('result');
const more = document.getElementById('more');
const all = result.textContent.trim();
const number = new Intl.NumberFormat('en');
const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** What each row is searched by; made when somebody searches. */
let texts = null;
let rowsShown = rowsAtOnce;

/** What a row must pass: each word stands in its text, or is a range that its address lies in. */
function testsOf(text) {
  const range = rangeTest(text);
  if (range !== null) return [range];
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length > 0) texts ??= rows.map((row) => row.textContent.toLowerCase());
  return words.map((word) => rangeTest(word) ?? ((_, index) => texts[index].includes(word)));
}

function rangeTest(text) {
  const range = rangeOf(text);
  if (range === null) return null;
  return (row) => {
    const key = row.cells[0].dataset.sort;
    return key >= range.first && key <= range.last;
  };
}

function show() {
  const tests = testsOf(search.value);
  let fitting = 0;
  rows.forEach((row, index) => {
    const fits =
      (status.value === '' || row.dataset.status === status.value) &&
      (server.value === '' || row.dataset.server === server.value) &&
      tests.every((test) => test(row, index));
    if (fits) fitting++;
    row.hidden = !fits || fitting > rowsShown;
  });
  const isFiltered = tests.length > 0 || status.value !== '' || server.value !== '';
  result.textContent = isFiltered ? `${number.format(fitting)} of ${number.format(rows.length)} entries` : all;
  more.hidden = fitting <= rowsShown;
  more.textContent = `Show ${number.format(Math.min(fitting - rowsShown, rowsShown * 4))} more of ${number.format(fitting - rowsShown)}`;
}

/** From the first row again, as after every change of what is shown. */
function showAnew() {
  rowsShown = rowsAtOnce;
  show();
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
  rows = keyed.map(([, row]) => row);
  texts = null;
  // One by one: thousands of arguments are more than a call takes.
  for (const row of rows) body.append(row);
  showAnew();
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
search.addEventListener('input', showAnew);
status.addEventListener('change', showAnew);
server.addEventListener('change', showAnew);
more.addEventListener('click', () => {
  rowsShown *= 5;
  show();
});
addEventListener('beforeprint', () => {
  rowsShown = Infinity;
  show();
});
addEventListener('afterprint', showAnew);
// A browser may have kept what stood in the fields.
show();
document.documentElement.classList.remove('loading');
