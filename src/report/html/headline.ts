/** The number that matters, and what it rests on. */
import { type Status, statuses } from '../../inventory/status.ts';
import { type Html, html } from '../../markup/html.ts';
import { bytes, count, counted, dateTime, statusHint } from '../../markup/words.ts';
import type { Report } from '../report.ts';

interface Finding {
  /** Names the colour. */
  readonly verdict: 'attention' | 'remaining' | 'clear' | 'blind';
  readonly word: string;
  /** Null where a number would be taken for a proof. */
  readonly number: number | null;
  readonly sentence: string;
}

export function headlineFinding({ input, clients, unreadable }: Report): Finding {
  const { unknown, known, acknowledged } = clients.clientsByStatus;
  const using = unknown + known + acknowledged;
  if (unknown > 0) {
    const sentence = `${unknown === 1 ? 'client is' : 'clients are'} not in the inventory of known clients, of ${count(using)} that these logs name.`;
    return {
      verdict: 'attention',
      word: unknown === 1 ? 'UNKNOWN CLIENT' : 'UNKNOWN CLIENTS',
      number: unknown,
      sentence,
    };
  }
  if (using > 0) {
    const sentence = `${using === 1 ? 'client still uses' : 'clients still use'} these servers, none of them unknown.`;
    return { verdict: 'remaining', word: using === 1 ? 'KNOWN CLIENT' : 'KNOWN CLIENTS', number: using, sentence };
  }
  if (input.rows - input.badRows - input.ignoredRows === 0) {
    return { verdict: 'blind', word: 'NO ROWS', number: null, sentence: 'No row was read, which proves nothing.' };
  }
  if (unreadable.length > 0) {
    const sentence = `No client is shown, which proves nothing: ${counted(unreadable.length, 'input', 'inputs')} could not be read.`;
    return { verdict: 'blind', word: 'NOT ALL READ', number: null, sentence };
  }
  return { verdict: 'clear', word: 'NO CLIENTS', number: 0, sentence: 'clients are shown that use these servers.' };
}

export function headline(report: Report): Html {
  const { verdict, word, number, sentence } = headlineFinding(report);
  const { input, clients } = report;
  return html`<section class="headline" data-verdict="${verdict}" aria-labelledby="verdict">
    <div>
      <h1 id="verdict" class="verdict">${word}</h1>
      <p class="headline-number">
        ${number === null ? null : html`<strong>${count(number)}</strong>`}<span>${sentence}</span>
      </p>
    </div>
    <dl class="facts">${statuses.map((status) => statusFact(status, clients.clientsByStatus[status]))}</dl>
    <dl class="facts read">
      ${fact('Rows from', input.firstRow === null ? 'none' : `${dateTime(input.firstRow)} UTC`)}
      ${fact('to', input.lastRow === null ? 'none' : `${dateTime(input.lastRow)} UTC`)}
      ${fact('Read', `${counted(input.rows, 'row', 'rows')} of ${counted(input.files, 'file', 'files')}, ${bytes(input.bytes)}`)}
      ${input.badRows > 0 && fact('Unreadable rows', count(input.badRows))}
    </dl>
  </section>`;
}

function statusFact(status: Status, number: number): Html | null {
  if (number === 0) return null;
  return html`<div title="${statusHint[status]}">
    <dt><span class="status ${status}">${status}</span></dt>
    <dd>${count(number)}</dd>
  </div>`;
}

function fact(name: string, value: string): Html {
  return html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`;
}
