/** The protocols whose logs are read, in the order in which results are sorted. */
export const protocols = ['imap4', 'pop3', 'smtp'] as const;

export type Protocol = (typeof protocols)[number];

export function isProtocol(text: string): text is Protocol {
  return (protocols as readonly string[]).includes(text);
}

/** The protocol that a text names: the constant, which all that is kept of a million clients can share. */
export function protocolOf(text: string): Protocol | null {
  return protocols.find((protocol) => protocol === text) ?? null;
}
