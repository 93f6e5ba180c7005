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
