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
