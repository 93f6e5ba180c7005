/**
 * Why a broker cannot be used, as a sentence for the person who can put it right. kafkajs and TLS say it in words of
 * their own, of which each one here was met.
 */
import { UserError } from '../../runtime/errors.ts';
import { rootCause } from './client.ts';

export interface Refusal {
  /** Tells one cause from another. */
  readonly kind: string;
  /** Without a full stop. */
  readonly text: string;
  /** What to do, as an imperative with a small letter and without a full stop; null = wait. */
  readonly remedy: string | null;
}

/** One sentence. */
export function refusalSentence(error: unknown, topic?: string): string {
  const { text, remedy } = refusalOf(error, topic);
  return remedy === null ? text : `${text}: ${remedy}`;
}

/** `asked` is the topic that was asked for, where the error does not say. */
export function refusalOf(error: unknown, asked?: string): Refusal {
  const cause = rootCause(error);
  if (!(cause instanceof Error)) return { kind: 'unreachable', text: String(cause), remedy: null };
  const { code, type, broker, message, topic = asked } = facts(cause);
  const who = broker === null ? 'the broker' : `the broker ${broker}`;
  return (
    (cause instanceof UserError ? { kind: 'files', text: message, remedy: cause.remedy } : null) ??
    certificateRefusal(code, message, who) ??
    saslRefusal(cause.name, type, message, who) ??
    connectionRefusal(cause.name, message, who) ??
    rightsRefusal(type, topic) ?? {
      kind: type === '' ? 'unreachable' : type,
      text: type === '' ? message : `${type}: ${message}`,
      remedy: null,
    }
  );
}

interface Facts {
  readonly code: string;
  readonly type: string;
  readonly broker: string | null;
  readonly message: string;
  readonly topic?: string;
}

function facts(cause: Error): Facts {
  const { code, type, broker, topic } = cause as Partial<Record<'code' | 'type' | 'broker' | 'topic', unknown>>;
  return {
    code: typeof code === 'string' ? code : '',
    type: typeof type === 'string' ? type : '',
    broker: typeof broker === 'string' ? broker : null,
    message: cause.message.trim().replace(/^Connection error: /, ''),
    ...(typeof topic === 'string' ? { topic } : {}),
  };
}

const unknownAuthority = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

function certificateRefusal(code: string, message: string, who: string): Refusal | null {
  if (unknownAuthority.has(code)) {
    return {
      kind: 'authority',
      text: `the certificate of ${who} is signed by nobody who is trusted here`,
      remedy: 'name the certificate of its authority by kafka.tls.caFile',
    };
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const names = /is not in the cert's (?:altnames|list): +(.+)$/.exec(message)?.[1];
    return {
      kind: 'host name',
      text: `the certificate of ${who} is for another host${names === undefined ? '' : ` (${names})`}`,
      remedy: 'name the brokers as their certificates do, or set kafka.tls.serverName',
    };
  }
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    const when = code === 'CERT_HAS_EXPIRED' ? 'has expired' : 'is not valid yet';
    return {
      kind: 'validity',
      text: `the certificate of ${who} ${when}`,
      remedy: 'have it renewed, or put the clock of this machine right',
    };
  }
  const alert = /^ERR_SSL_.*ALERT_(.*(?:CERTIFICATE|UNKNOWN_CA).*)$/.exec(code)?.[1];
  if (alert === undefined) return null;
  return {
    kind: 'client certificate',
    text: `${who} refuses the certificate of this client (${alert.toLowerCase().replaceAll('_', ' ')})`,
    remedy: 'name one that it trusts by kafka.tls.certificateFile and kafka.tls.keyFile',
  };
}

function saslRefusal(name: string, type: string, message: string, who: string): Refusal | null {
  const unsupported = /SASL (\S+) mechanism is not supported/.exec(message)?.[1];
  if (unsupported !== undefined || type === 'UNSUPPORTED_SASL_MECHANISM') {
    return {
      kind: 'mechanism',
      text: `${who} does not offer the login ${unsupported ?? 'that kafka.sasl.mechanism names'}`,
      remedy: 'set kafka.sasl.mechanism to one that its listener has',
    };
  }
  if (type === 'ILLEGAL_SASL_STATE') {
    return {
      kind: 'no login',
      text: `${who} takes no login on this port`,
      remedy: 'name the port of a listener with SASL, or leave kafka.sasl out',
    };
  }
  if (name !== 'KafkaJSSASLAuthenticationError' && type !== 'SASL_AUTHENTICATION_FAILED') return null;
  return {
    kind: 'login',
    text: `${who} refuses the login`,
    remedy: 'check kafka.sasl.username, its password and kafka.sasl.mechanism',
  };
}

function connectionRefusal(name: string, message: string, who: string): Refusal | null {
  if (/before secure TLS connection was established|wrong version number|packet length too long/.test(message)) {
    return {
      kind: 'no tls',
      text: `${who} broke off before anything was encrypted`,
      remedy: 'check that its port is one with TLS, or leave kafka.tls out',
    };
  }
  if (name !== 'KafkaJSConnectionClosedError') return null;
  return {
    kind: 'closed',
    text: `${who} closed the connection`,
    remedy: 'if that goes on, check whether its port wants kafka.tls or kafka.sasl',
  };
}

const askForRights = 'run `straggler check --print-acls` for the commands that allow it';

function rightsRefusal(type: string, topic: string | undefined): Refusal | null {
  const what: Readonly<Record<string, string>> = {
    TOPIC_AUTHORIZATION_FAILED: topic === undefined ? 'one of the topics' : `the topic ${topic}`,
    GROUP_AUTHORIZATION_FAILED: 'the group of collectors',
    TRANSACTIONAL_ID_AUTHORIZATION_FAILED: 'the transactions of the collectors',
    CLUSTER_AUTHORIZATION_FAILED: 'the cluster',
  };
  const denied = what[type];
  if (denied === undefined) return null;
  return {
    kind: type,
    text: `the broker does not allow this account what it needs of ${denied}`,
    remedy: askForRights,
  };
}
