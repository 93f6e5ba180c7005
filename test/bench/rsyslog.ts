/**
 * rsyslog with imfile and omkafka, from Debian's packages, unpacked into `.cache` and so not installed: the peer of
 * `ship.ts`, tuned as well as we could.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const cache = fileURLToPath(new URL('../../.cache/', import.meta.url));
const packages = ['rsyslog', 'rsyslog-kafka', 'librdkafka1', 'libfastjson4', 'libestr0', 'liblognorm5'];

/** The folder that holds rsyslog's `usr`; fetched by apt when it is not there. */
async function unpacked(): Promise<string> {
  const root = join(cache, 'rsyslog');
  if (existsSync(join(root, 'usr'))) return root;
  mkdirSync(cache, { recursive: true });
  const scratch = mkdtempSync(join(cache, 'fetch-'));
  await execute('apt-get', ['download', ...packages], { cwd: scratch });
  for (const name of readdirSync(scratch).filter((name) => name.endsWith('.deb'))) {
    await execute('dpkg', ['-x', join(scratch, name), scratch]);
  }
  renameSync(scratch, root);
  return root;
}

interface Forwarding {
  /** Below it the logs stand two folders deep. */
  readonly logs: string;
  readonly broker: string;
  readonly topic: string;
  /** For its configuration, positions and process id. */
  readonly directory: string;
}

/** Forwards each line as a record of its own, raw; ends with the process. */
export async function startRsyslog({ logs, broker, topic, directory }: Forwarding): Promise<ChildProcess> {
  const root = await unpacked();
  const libraries = join(root, 'usr/lib/x86_64-linux-gnu');
  const configuration = join(directory, 'rsyslog.conf');
  writeFileSync(
    configuration,
    `
global(workDirectory="${directory}" maxMessageSize="64k")
module(load="imfile" mode="inotify")
module(load="omkafka")
template(name="raw" type="string" string="%msg%")
input(type="imfile" file="${logs}/*/*/*.LOG" tag="log" ruleset="out" freshStartTail="off")
ruleset(name="out" queue.type="LinkedList" queue.size="200000" queue.dequeueBatchSize="4096") {
  action(type="omkafka" broker="${broker}" topic="${topic}" template="raw" partitions.auto="on"
    confParam=["acks=-1", "linger.ms=20", "batch.num.messages=10000", "queue.buffering.max.messages=1000000"])
}
`,
  );
  return spawn(
    join(root, 'usr/sbin/rsyslogd'),
    ['-n', '-f', configuration, '-i', join(directory, 'pid'), '-M', join(libraries, 'rsyslog')],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, LD_LIBRARY_PATH: libraries },
    },
  );
}
