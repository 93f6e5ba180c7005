/** What is used of the parts of kafkajs that it does not publish. */

declare module 'kafkajs/src/network/requestQueue/index.js' {
  export default class RequestQueue {
    readonly pending: readonly unknown[];
    scheduleCheckPendingRequests(): void;
  }
}

declare module 'kafkajs/src/network/socketFactory.js' {
  import type { ISocketFactory } from 'kafkajs';
  /** What kafkajs uses where no factory is given. */
  export default function makeSocketFactory(): ISocketFactory;
}

declare module 'kafkajs/src/broker/saslAuthenticator/plain.js' {
  import type { Mechanism } from 'kafkajs';
  export default function authenticator(account: {
    readonly username: string;
    readonly password: string;
  }): Mechanism['authenticationProvider'];
}

declare module 'kafkajs/src/broker/saslAuthenticator/scram256.js' {
  import type { Mechanism } from 'kafkajs';
  export default function authenticator(account: {
    readonly username: string;
    readonly password: string;
  }): Mechanism['authenticationProvider'];
}

declare module 'kafkajs/src/broker/saslAuthenticator/scram512.js' {
  import type { Mechanism } from 'kafkajs';
  export default function authenticator(account: {
    readonly username: string;
    readonly password: string;
  }): Mechanism['authenticationProvider'];
}

declare module 'kafkajs/src/protocol/requests/produce/index.js' {
  import type { CompressionTypes } from 'kafkajs';
  import type { RecordToWrite } from './record-batch.ts';
  export interface ProduceArguments {
    readonly acks: number;
    readonly timeout: number;
    readonly compression: CompressionTypes;
    readonly transactionalId?: string | undefined;
    /** A 64-bit number as text, or as an object that shows itself so. */
    readonly producerId?: { toString(): string } | undefined;
    readonly producerEpoch?: number | undefined;
    readonly topicData: readonly {
      readonly topic: string;
      readonly partitions: readonly {
        readonly partition: number;
        readonly firstSequence?: number;
        readonly messages: readonly RecordToWrite[];
      }[];
    }[];
  }
  /** What kafkajs asks of its `Encoder`. */
  interface Encoded {
    readonly buf: Buffer;
    readonly buffer: Buffer;
    size(): number;
  }
  interface Exchange {
    readonly request: { readonly encode: () => Promise<Encoded> };
    readonly response: unknown;
  }
  const produce: { protocol: (about: { version: number }) => (args: ProduceArguments) => Exchange };
  export default produce;
}

declare module 'kafkajs/src/protocol/requests/fetch/index.js' {
  import type { FetchAnswer } from './fetch-response.ts';
  interface Exchange {
    readonly response: { readonly decode: (bytes: Buffer) => Promise<FetchAnswer> };
  }
  const fetch: { protocol: (about: { version: number }) => (args: unknown) => Exchange };
  export default fetch;
}
