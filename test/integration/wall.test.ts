/**
 * The wall and the rules as they are in life: `straggler run` on log files, a real Prometheus that scrapes it, and the
 * story of a switch-off from an unknown client to ALL CLEAR. Every query is asked, and none may answer nothing.
 */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { stringify } from 'yaml';
import { StragglerProcess } from '../processes/straggler-process.ts';
import { until } from '../processes/until.ts';
import { findProgram } from '../find-program.ts';
import { missing } from '../require.ts';
import { alertingRules, recordingRules } from '../unit/deploy/rule-file.ts';
import { dashboardFile, dashboardNames } from '../unit/grafana/dashboard-file.ts';
import { PrometheusServer, type Sample } from './prometheus-server.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;

/** A session of one row: what a copier that only opens leaves behind, and a health probe if it comes from loopback. */
function row(address: string, ageMs: number): string {
  const time = new Date(Date.now() - ageMs).toISOString();
  return `${time},0000000000000001,0,10.0.0.1:995,${address}:50000,,5,0,40,OpenSession,,\r\n`;
}

async function writeLog(folder: string, server: string, rows: readonly string[]): Promise<void> {
  const stamp = new Date().toISOString().slice(0, 13).replaceAll(/\D/g, '');
  const head =
    '#Fields: dateTime,sessionId,seqNumber,sIp,cIp,user,duration,rqsize,rpsize,command,parameters,context\r\n';
  await mkdir(join(folder, server, 'Pop3'), { recursive: true });
  await writeFile(join(folder, server, 'Pop3', `POP3${stamp}-1.LOG`), head + rows.join(''));
}

async function startRun(folder: string, servers: object): Promise<StragglerProcess> {
  const config = join(folder, 'straggler.yaml');
  const inventory = join(folder, 'known-clients.csv');
  await writeFile(config, stringify({ servers, inventory }));
  return StragglerProcess.start('run', join(folder, 'logs'), '--config', config, '--state', join(folder, 'state'));
}

async function verdict(prometheus: PrometheusServer, word: string, value: number): Promise<void> {
  let shown: readonly Sample[] = [];
  await until(
    () => `the verdict is ${word} ${value}; it is ${JSON.stringify(shown)}`,
    async () => {
      shown = await prometheus.query('straggler:wall:verdict');
      const [only] = shown;
      return shown.length === 1 && only?.metric['verdict'] === word && Number(only.value[1]) === value;
    },
  );
}

const wallQueries = dashboardNames.flatMap((name) =>
  dashboardFile(name).panels.flatMap(({ id, targets = [] }) =>
    targets.map(({ expr, refId, legendFormat = '' }) => ({
      where: `${name}, panel ${id}, query ${refId}`,
      expr,
      legendFormat,
    })),
  ),
);

const evidence = wallQueries.find(({ expr }) => expr.includes('absent('))!;

/** What Grafana calls a value, by the query's `{{label}}` text. */
function nameOf({ metric }: Sample, legendFormat: string): string {
  return legendFormat.replaceAll(/\{\{(\w+)\}\}/g, (_, label: string) => metric[label] ?? '').trim();
}

/** Every value that is shown has a name, or a colour would stand alone. */
async function shownOf(
  prometheus: PrometheusServer,
  { expr, legendFormat, where }: (typeof wallQueries)[number],
): Promise<string[]> {
  const shown = (await prometheus.query(expr)).map(
    (sample) => [nameOf(sample, legendFormat), sample.value[1]] as const,
  );
  for (const [name] of shown) assert.notEqual(name, '', `${where}: a value without a name`);
  return shown.map((parts) => parts.join(': '));
}

test('the wall and the rules tell the story of a switch-off from a real collector', async (t) => {
  const program = findProgram('prometheus');
  if (program === null) return missing(t, 'prometheus (Debian: prometheus)');
  const folder = await mkdtemp(join(tmpdir(), 'straggler-wall-'));
  t.after(async () => await rm(folder, { recursive: true }));
  const [busy, quiet] = [join(folder, 'busy'), join(folder, 'quiet')];
  await writeLog(join(busy, 'logs'), 'EX01', [
    row('10.1.0.6', 3 * dayMs),
    row('127.0.0.1', minuteMs),
    row('10.1.0.5', minuteMs),
    row('10.1.9.77', minuteMs),
  ]);
  await writeLog(join(busy, 'logs'), 'EX02', [row('10.1.0.5', minuteMs)]);
  await writeLog(join(quiet, 'logs'), 'EX01', [row('10.1.0.6', 3 * dayMs), row('127.0.0.1', minuteMs)]);
  await Promise.all(
    [busy, quiet].map(
      async (one) => await writeFile(join(one, 'known-clients.csv'), 'cidr,label\n10.1.0.0/24,Scanners\n'),
    ),
  );
  const answered = new Set<string>();
  await using prometheus = await PrometheusServer.start(program);

  /** Asks all rules, and remembers which of them answered. */
  const askRules = async (): Promise<void> => {
    for (const rule of [...recordingRules, ...alertingRules]) {
      if ((await prometheus.query(rule.expr)).length > 0) answered.add(JSON.stringify(rule));
    }
  };

  await t.test('an unknown client: every query of the wall has an answer, and the alerts name it', async () => {
    const servers = {
      EX01: { role: 'legacy' },
      EX02: { role: 'new' },
      EX03: { role: 'legacy', expect: { pop3: 'on' } },
    };
    await using run = await startRun(busy, servers);
    await run.ready();
    await prometheus.scrape(await run.url());
    await verdict(prometheus, 'attention', 2);
    for (const query of wallQueries) {
      const what = `${query.where} answers: ${query.expr}`;
      await until(what, async () => (await shownOf(prometheus, query)).length > 0);
    }
    assert.ok((await shownOf(prometheus, evidence)).includes('EX03 pop3 never reported: 2'));
    await askRules();
    await theAlertsSay(prometheus);

    await writeFile(join(busy, 'known-clients.csv'), 'cidr,label\n10.1.0.0/24,Scanners\n10.1.9.77,Copier\n');
    await verdict(prometheus, 'remaining', 2);
    await askRules();
    await run.signal('SIGTERM');
  });

  await t.test('no collector: the wall is blind', async () => {
    await verdict(prometheus, 'blind', -1);
    await askRules();
    assert.deepEqual(await shownOf(prometheus, evidence), ['no collector answers: 2']);
  });

  await t.test('nobody but probes within a day, and all evidence: all clear', async () => {
    await using run = await startRun(quiet, { EX01: { role: 'legacy' } });
    await run.ready();
    await prometheus.scrape(await run.url());
    await verdict(prometheus, 'clear', 0);
    await askRules();
    assert.deepEqual(await shownOf(prometheus, evidence), ['evidence complete: 1']);
  });

  await t.test('every rule was evaluated without error, and had an answer at some point of the story', async () => {
    const rules = await prometheus.rules();
    assert.equal(rules.length, recordingRules.length + alertingRules.length);
    for (const { name, health, lastError } of rules) assert.equal(health, 'ok', `${name}: ${lastError}`);
    for (const rule of [...recordingRules, ...alertingRules]) assert.ok(answered.has(JSON.stringify(rule)), rule.expr);
  });
});

/** Pending is enough: what they wait for is held by promtool's tests. */
async function theAlertsSay(prometheus: PrometheusServer): Promise<void> {
  const sentences = [
    /^UnknownClients: .*\n10\.1\.9\.77 on EX01 \(pop3\), first seen 20/s,
    /^EvidenceIncomplete: A zero cannot be believed: never reported on EX03/,
    /^AgentSilent: .*No agent has ever reported for EX03/s,
    /^Watchdog: Alerting works/,
  ];
  let said: string[] = [];
  await until(
    () => `the alerts say ${sentences.join(', ')}; they say\n${said.join('\n\n')}`,
    async () => {
      const alerts = (await prometheus.rules()).flatMap((rule) => rule.alerts ?? []);
      said = alerts.map(
        ({ labels, annotations: { summary, description } }) => `${labels['alertname']}: ${summary}\n${description}`,
      );
      return sentences.every((sentence) => said.some((text) => sentence.test(text)));
    },
  );
}
