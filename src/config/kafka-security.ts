/** Settings of TLS and SASL to the brokers. Secrets are never among them: only the files that hold them. */
import { isIP } from 'node:net';
import { z } from 'zod';
import { secretVariable } from './secrets.ts';

const file = z.string().min(1);

export const kafkaTls = z
  .strictObject({
    enabled: z.boolean().optional().describe('true where left out and another key of kafka.tls is set'),
    caFile: file.optional().describe("certificates of who signed the brokers'; Node's own list where left out"),
    certificateFile: file.optional().describe('certificate of this client, with those between it and its authority'),
    keyFile: file.optional().describe('private key of that certificate'),
    keyPassphraseFile: file
      .optional()
      .describe(`passphrase of the key, where it has one; or ${secretVariable.keyPassphrase} in the environment`),
    serverName: z
      .string()
      .min(1)
      .refine((name) => isIP(name) === 0, 'is a host name, not an address; leave it out to have the address checked')
      .optional()
      .describe("name that the brokers' certificates must carry; the host in kafka.brokers where left out"),
  })
  .superRefine((tls, context) => {
    if ((tls.certificateFile === undefined) === (tls.keyFile === undefined)) return;
    const [given, lacking] =
      tls.keyFile === undefined ? (['certificateFile', 'keyFile'] as const) : (['keyFile', 'certificateFile'] as const);
    context.addIssue({ code: 'custom', path: [given], message: `is nothing without kafka.tls.${lacking}` });
  });

export const kafkaSasl = z
  .strictObject({
    mechanism: z
      .enum(['plain', 'scram-sha-256', 'scram-sha-512'])
      .optional()
      .describe('plain, scram-sha-256 or scram-sha-512; no login where left out'),
    username: z.string().min(1).optional().describe('name of the account'),
    passwordFile: file
      .optional()
      .describe(`file whose first line is the password; or ${secretVariable.password} in the environment`),
  })
  .superRefine((sasl, context) => {
    const lack = (path: string, lacking: string): void =>
      context.addIssue({ code: 'custom', path: [path], message: `is nothing without kafka.sasl.${lacking}` });
    if (sasl.mechanism !== undefined && sasl.username === undefined) lack('mechanism', 'username');
    if (sasl.mechanism !== undefined) return;
    if (sasl.username !== undefined) lack('username', 'mechanism');
    if (sasl.passwordFile !== undefined) lack('passwordFile', 'mechanism');
  });
