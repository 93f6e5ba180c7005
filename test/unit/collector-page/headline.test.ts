import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headlineSentence, silentText } from '../../../src/collector/page/headline.ts';
import type { EvidenceGap, SummaryView, Verdict } from '../../../src/collector/views.ts';
import { FixedCollector } from '../../fixed-collector.ts';

function summary(verdict: Verdict, remaining: number, unknown: number, change: Partial<SummaryView> = {}): SummaryView {
  const fixed = new FixedCollector().summary();
  return { ...fixed, verdict, headline: { ...fixed.headline, remaining, unknown }, ...change };
}

const gap: EvidenceGap = { server: 'EX01', protocol: 'pop3', reason: 'no rows', text: 'no rows' };
const sentence = (verdict: Verdict, remaining: number, unknown: number): string =>
  headlineSentence(summary(verdict, remaining, unknown)).replaceAll('\u00a0', ' ');

test('the sentence says the window, and how many of the clients are unknown', () => {
  assert.equal(sentence('attention', 22, 2), 'clients seen on the legacy servers in the last 24 h, 2 of them unknown.');
  assert.equal(
    sentence('attention', 2, 2),
    'clients seen on the legacy servers in the last 24 h, all of them unknown.',
  );
  assert.equal(sentence('attention', 1, 1), 'client seen on the legacy servers in the last 24 h, and it is unknown.');
  assert.equal(
    sentence('remaining', 9, 0),
    'clients seen on the legacy servers in the last 24 h, none of them unknown.',
  );
  assert.equal(
    sentence('clear', 0, 0),
    'clients seen on the legacy servers in the last 24 h, and the evidence is complete.',
  );
  assert.match(sentence('blind', 0, 0), /^No client was seen .* which proves nothing: /);
});

test('without roles all servers count, and none is called legacy', () => {
  const servers = new FixedCollector().summary().servers.map((server) => ({ ...server, role: null }));
  assert.match(headlineSentence(summary('clear', 0, 0, { servers })), /^clients seen on the servers in /);
});

test('who fell silent is said with its windows, but a zero only where the evidence carries it', () => {
  const headline = { window: '24h', remaining: 0, unknown: 0, silentFor: { '7d': 0, '30d': 4 } };
  const complete = { complete: true, reasons: [], past: [], canaries: [] };
  const incomplete = { ...complete, complete: false, reasons: [gap] };
  const text = (evidence: SummaryView['evidence']) =>
    silentText(summary('clear', 0, 0, { headline, evidence }))?.replaceAll('\u00a0', ' ');
  assert.equal(text(complete), '0 in 7 d, 4 in 30 d');
  assert.equal(text(incomplete), '4 in 30 d');
});
