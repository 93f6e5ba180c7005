import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'csv-parse/sync';
import * as fc from 'fast-check';
import { csvHeader, csvRows } from '../../../src/sighting/csv.ts';
import type { DescribedSighting } from '../../../src/sighting/described.ts';

const sighting: DescribedSighting<string> = {
  protocol: 'pop3',
  server: 'EX01',
  address: '10.1.2.3',
  status: 'unknown',
  label: null,
  owner: null,
  hints: ['logins fail'],
  connections: 3,
  rows: 18,
  commands: 12,
  logins: { succeeded: 0, failed: 3 },
  bytes: { received: 212, sent: 48122 },
  firstSeen: '2026-11-20T10:00:01.204Z',
  lastSeen: '2026-11-20T10:00:02.118Z',
  users: ['svc-scan1', 'svc-scan2'],
  usersTotal: 2,
  usersApproximate: false,
  endpoints: ['10.0.0.1:995', '[2001:db8::1]:995'],
  lastFailure: { at: '2026-11-20T10:00:02.118Z', reason: 'wrong, "very"' },
  messages: 0,
  tracked: 0,
  helo: [],
  tls: null,
  senders: [],
  connectors: [],
};

function cells(changed: Partial<DescribedSighting<string>>): Record<string, string> {
  const [row] = parse<Record<string, string>>(csvHeader + csvRows([{ ...sighting, ...changed }]), { columns: true });
  return row!;
}

test('a row holds the columns in the published order', () => {
  assert.equal(
    csvHeader,
    'protocol,server,address,status,label,owner,hints,connections,rows,commands,logins_succeeded,logins_failed,bytes_received,bytes_sent,first_seen,last_seen,' +
      'users,users_total,users_approximate,endpoints,last_failure_at,last_failure,messages,tracked,helo,tls,senders,connectors\r\n',
  );
  assert.equal(
    csvRows([sighting]),
    'pop3,EX01,10.1.2.3,unknown,,,logins fail,3,18,12,0,3,212,48122,2026-11-20T10:00:01.204Z,2026-11-20T10:00:02.118Z,' +
      'svc-scan1;svc-scan2,2,false,10.0.0.1:995;[2001:db8::1]:995,2026-11-20T10:00:02.118Z,"wrong, ""very""",0,0,,,,\r\n',
  );
});

test('rows of several calls make the same file as one call', () => {
  assert.equal(csvRows([]), '');
  assert.equal(csvRows([sighting]) + csvRows([sighting, sighting]), csvRows([sighting, sighting, sighting]));
});

test('no cell and no item of a list begins a formula', () => {
  for (const start of ['=', '+', '-', '@', ' =', '\t=', '＝']) {
    const row = cells({ label: `${start}cmd()`, users: ['a', `${start}cmd()`] });
    assert.match(row['label']!, /^['\u2409]/);
    assert.match(row['users']!.split(';')[1]!, /^['\u2409]/);
  }
  // In half of the world a spreadsheet splits at the semicolon, also within a text.
  const { label, users } = cells({ label: 'x;=1+1; "-2', users: ['"=1'] });
  assert.deepEqual([label, users], [`x;'=1+1;' "-2`, `'"=1`]);
});

test('any text stays in its cell, without control characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (reason) => {
      const row = cells({ lastFailure: { at: '', reason } });
      assert.equal(Object.keys(row).length, 28);
      assert.equal(row['connectors'], '');
      // oxlint-disable-next-line no-control-regex -- what must not be there
      assert.doesNotMatch(row['last_failure']!, /[\u0000-\u001f\u007f-\u009f]/);
      assert.doesNotMatch(row['last_failure']!, /^\s*[=+\-@]/);
    }),
  );
});
