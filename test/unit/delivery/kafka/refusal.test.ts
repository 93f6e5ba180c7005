import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusalOf, refusalSentence } from '../../../../src/delivery/kafka/refusal.ts';
import { UserError } from '../../../../src/runtime/errors.ts';

/** As kafkajs throws them: with what it did about it around. */
function thrown(message: string, facts: object): Error {
  return new Error('retries exceeded', { cause: Object.assign(new Error(message), facts) });
}

const broker = 'kafka1:9093';

test('each cause is one sentence that names the broker and what to do', () => {
  const cases: readonly (readonly [Error, string])[] = [
    [
      thrown('Connection error: self-signed certificate in certificate chain', {
        code: 'SELF_SIGNED_CERT_IN_CHAIN',
        broker,
      }),
      'the certificate of the broker kafka1:9093 is signed by nobody who is trusted here: name the certificate of its authority by kafka.tls.caFile',
    ],
    [
      thrown(
        "Connection error: Hostname/IP does not match certificate's altnames: Host: kafka1. is not in the cert's altnames: DNS:kafka.test, DNS:other.test",
        { code: 'ERR_TLS_CERT_ALTNAME_INVALID', broker },
      ),
      'the certificate of the broker kafka1:9093 is for another host (DNS:kafka.test, DNS:other.test): name the brokers as their certificates do, or set kafka.tls.serverName',
    ],
    [
      thrown(
        "Connection error: Hostname/IP does not match certificate's altnames: IP: 10.0.0.1 is not in the cert's list: 127.0.0.1",
        { code: 'ERR_TLS_CERT_ALTNAME_INVALID', broker },
      ),
      'the certificate of the broker kafka1:9093 is for another host (127.0.0.1): name the brokers as their certificates do, or set kafka.tls.serverName',
    ],
    [
      thrown('Connection error: certificate has expired', { code: 'CERT_HAS_EXPIRED', broker }),
      'the certificate of the broker kafka1:9093 has expired: have it renewed, or put the clock of this machine right',
    ],
    [
      thrown('Connection error: 40FD:error:0A000412\n', { code: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', broker }),
      'the broker kafka1:9093 refuses the certificate of this client (certificate required): name one that it trusts by kafka.tls.certificateFile and kafka.tls.keyFile',
    ],
    [
      thrown('SASL PLAIN mechanism is not supported by the server', { name: 'KafkaJSSASLAuthenticationError' }),
      'the broker does not offer the login PLAIN: set kafka.sasl.mechanism to one that its listener has',
    ],
    [
      thrown('SASL PLAIN authentication failed: Invalid', { name: 'KafkaJSSASLAuthenticationError' }),
      'the broker refuses the login: check kafka.sasl.username, its password and kafka.sasl.mechanism',
    ],
    [
      thrown('Closed connection', { name: 'KafkaJSConnectionClosedError', broker }),
      'the broker kafka1:9093 closed the connection: if that goes on, check whether its port wants kafka.tls or kafka.sasl',
    ],
    [
      thrown('Not authorized to access group', { type: 'GROUP_AUTHORIZATION_FAILED' }),
      'the broker does not allow this account what it needs of the group of collectors: run `straggler check --print-acls` for the commands that allow it',
    ],
  ];
  for (const [error, sentence] of cases) assert.equal(refusalSentence(error), sentence);
});

test('a topic is named: the one that the error names, else the one that was asked for', () => {
  const denied = { type: 'TOPIC_AUTHORIZATION_FAILED' };
  assert.match(refusalOf(thrown('no', denied), 'straggler.state').text, /of the topic straggler\.state$/);
  assert.match(refusalOf(thrown('no', { ...denied, topic: 'other' }), 'straggler.state').text, /of the topic other$/);
  assert.match(refusalOf(thrown('no', denied)).text, /of one of the topics$/);
});

test('a file that has gone keeps its own words, and what is not known is passed on', () => {
  const gone = new UserError('The file ca.pem of kafka.tls.caFile cannot be read', { remedy: 'Check the path.' });
  assert.equal(refusalOf(gone).text, 'The file ca.pem of kafka.tls.caFile cannot be read');
  assert.deepEqual(refusalOf(thrown('connect ECONNREFUSED 127.0.0.1:9092', { code: 'ECONNREFUSED' })), {
    kind: 'unreachable',
    text: 'connect ECONNREFUSED 127.0.0.1:9092',
    remedy: null,
  });
  assert.equal(refusalSentence(thrown('what', { type: 'LEADER_NOT_AVAILABLE' })), 'LEADER_NOT_AVAILABLE: what');
  assert.equal(refusalSentence('a word'), 'a word');
});
