/**
 * Keeps the page fresh. The server renders everything; when the live feed says that something changed, this script
 * loads the same address again and takes over what differs. Without it the page works and reloads itself once a minute.
 *
 * Rows do not jump while they are read: known rows change in place, and new ones wait behind a button.
 */
const staleAfterMs = 30_000;
const retryAfterMs = 15_000;
const loadTimeoutMs = 10_000;

const root = document.documentElement;
const stale = document.getElementById('stale');
const news = document.getElementById('news');
const newsButton = document.getElementById('news-button');
const rows = document.querySelector('[data-live-rows]');

let heardAt = performance.now();
let asOf = document.querySelector('time')?.dateTime ?? '';
let loading = false;
let wanted = false;
/** The rows of the latest load, while they wait behind the button. */
let waitingRows = null;

/** Makes `from` equal to `to` by the smallest change, so that focus, selection and scrolling stay where they are. */
function become(from, to) {
  if (from.isEqualNode(to)) return;
  if (from.nodeType !== to.nodeType || from.nodeName !== to.nodeName) {
    from.replaceWith(to.cloneNode(true));
    return;
  }
  if (from.nodeType !== Node.ELEMENT_NODE) {
    from.nodeValue = to.nodeValue;
    return;
  }
  for (const name of from.getAttributeNames()) if (!to.hasAttribute(name)) from.removeAttribute(name);
  for (const { name, value } of to.attributes) if (from.getAttribute(name) !== value) from.setAttribute(name, value);
  const children = [...from.childNodes];
  const wished = [...to.childNodes];
  for (const [index, wish] of wished.entries()) {
    if (children[index]) become(children[index], wish);
    else from.append(wish.cloneNode(true));
  }
  for (const child of children.slice(wished.length)) child.remove();
}

function takeOver(fresh) {
  document.title = fresh.title;
  for (const region of document.querySelectorAll('[data-live]')) {
    const wish = fresh.getElementById(region.id);
    if (wish) become(region, wish);
  }
  const freshRows = fresh.querySelector('[data-live-rows]');
  if (rows && freshRows) takeOverRows(freshRows);
}

function takeOverRows(freshRows) {
  const shown = new Map([...rows.children].map((row) => [row.dataset.key, row]));
  let added = 0;
  for (const wish of freshRows.children) {
    const row = shown.get(wish.dataset.key);
    if (row) become(row, wish);
    else added++;
  }
  if (shown.size === 0) {
    become(rows, freshRows);
    return;
  }
  waitingRows = added > 0 ? freshRows : null;
  news.hidden = added === 0;
  newsButton.textContent = `Show ${added} new`;
}

async function load() {
  if (loading || document.hidden) {
    wanted = true;
    return;
  }
  loading = true;
  wanted = false;
  try {
    const response = await fetch(location.href, { cache: 'no-store', signal: AbortSignal.timeout(loadTimeoutMs) });
    if (!response.ok) return;
    takeOver(new DOMParser().parseFromString(await response.text(), 'text/html'));
    heard();
  } catch {
    // The banner says it, once it has lasted.
  } finally {
    loading = false;
    if (wanted) void load();
  }
}

function heard() {
  heardAt = performance.now();
  asOf = document.querySelector('time')?.dateTime ?? asOf;
}

function listen() {
  const feed = new EventSource('/api/v1/live');
  feed.addEventListener('summary', () => {
    root.dataset.liveState = 'on';
    heardAt = performance.now();
    void load();
  });
  feed.addEventListener('error', () => {
    root.dataset.liveState = 'off';
    if (feed.readyState !== EventSource.CLOSED) return;
    // Refused, as when too many listen: load now and then, and ask again.
    setTimeout(() => (void load(), listen()), retryAfterMs);
  });
}

function watch() {
  const silent = performance.now() - heardAt > staleAfterMs;
  stale.hidden = !silent || document.hidden;
  const text = `No answer from the collector. What is shown is as of ${asOf.slice(0, 19).replace('T', ' ')} UTC.`;
  if (silent && stale.textContent !== text) stale.textContent = text;
}

newsButton?.addEventListener('click', () => {
  if (waitingRows) become(rows, waitingRows);
  waitingRows = null;
  news.hidden = true;
});

document.addEventListener('visibilitychange', () => {
  if (!document.hidden && wanted) void load();
});

for (const select of document.querySelectorAll('.filter select')) {
  select.addEventListener('change', () => select.form.requestSubmit());
}

for (const button of document.querySelectorAll('[data-copy]')) {
  const field = document.getElementById(button.dataset.copy);
  button.hidden = false;
  button.addEventListener('click', () => void copy(field, button));
}

async function copy(field, button) {
  field.select();
  await navigator.clipboard?.writeText(field.value);
  button.textContent = 'Copied';
}

listen();
setInterval(watch, 1000);
