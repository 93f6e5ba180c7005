/** The broker that this run's tests are handed: a container, which testcontainers started. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kafkaVersion } from '../../broker/kafka-jars.ts';
import { docker } from '../docker-command.ts';

test('the broker of this run is a container of apache/kafka, started by testcontainers', () => {
  const [host, port] = (process.env['STRAGGLER_TEST_BROKERS'] ?? '').split(':');
  assert.equal(host, '127.0.0.1');
  const filters = [`ancestor=apache/kafka:${kafkaVersion}`, `publish=${port}`, 'label=org.testcontainers=true'];
  const found = docker('ps', '--quiet', ...filters.flatMap((filter) => ['--filter', filter]));
  assert.match(found, /^[0-9a-f]{12}$/);
});
