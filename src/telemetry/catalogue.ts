/**
 * Every metric of the program, as data. The registry makes its series from this list and from nothing else; README,
 * dashboards and rules are checked against it.
 *
 * Rules it keeps: base units; `_total` for counters only; times as timestamps and not as ages; unions are metrics of
 * their own whose help says not to sum them; no label holds a client's address but those of the two bounded
 * `unknown_client_…` metrics.
 */

/** A label whose values are not known beforehand: a server, a window, a partition. */
const open = 'open';

/** Where a counter's truth is: it grows in this process, or is taken over whole from committed state. */
type Truth = 'process' | 'elsewhere';

export interface MetricDefinition {
  readonly type: 'gauge' | 'counter' | 'histogram';
  readonly help: string;
  readonly unit: 'clients' | 'entries' | 'seconds' | 'bytes' | 'count' | 'ratio' | 'boolean' | 'info';
  /** By label: its words where they are known, so that their series start at 0; else `open`. */
  readonly labels: Readonly<Record<string, 'open' | readonly string[]>>;
  /** Counters only. */
  readonly truth?: Truth;
  /** Histograms only: upper bounds in the metric's unit. */
  readonly buckets?: readonly number[];
}

const status = ['unknown', 'acknowledged', 'known', 'proxied', 'probe'] as const;
const remainingStatus = ['unknown', 'acknowledged', 'known'] as const;
const migration = ['legacy_only', 'both', 'new_only'] as const;

/** By name without its prefix. */
export const catalogue = {
  clients: {
    type: 'gauge',
    help: 'Unique client addresses seen within the window on any server. A union: do not sum over windows.',
    unit: 'clients',
    labels: { window: open, status },
  },
  remaining_clients: {
    type: 'gauge',
    help: 'Unique client addresses seen within the window on legacy servers (on all while no server has a role), probes and proxied ones left out. A union: do not sum over windows.',
    unit: 'clients',
    labels: { window: open, status: remainingStatus },
  },
  evidence_complete: {
    type: 'gauge',
    help: '1 while every expected server and protocol proves that its clients would be seen, else 0: a zero then proves nothing.',
    unit: 'boolean',
    labels: {},
  },
  evidence_gap: {
    type: 'gauge',
    help: '1 while the reason holds; server and protocol are blank where it has none.',
    unit: 'boolean',
    labels: { server: open, protocol: open, reason: open },
  },
  canary_sent_timestamp_seconds: {
    type: 'gauge',
    help: 'When the last canary was sent to the server, the latest of its addresses; 0 before the first.',
    unit: 'seconds',
    labels: { server: open, protocol: open },
  },
  canary_returned_timestamp_seconds: {
    type: 'gauge',
    help: "When a canary last came back through the logs, the earliest of the server's addresses; 0 before the first.",
    unit: 'seconds',
    labels: { server: open, protocol: open },
  },
  canary_round_trip_seconds: {
    type: 'gauge',
    help: "From the connection of the last canary that came back to its row being counted, the longest of the server's addresses.",
    unit: 'seconds',
    labels: { server: open, protocol: open },
  },
  server_clients: {
    type: 'gauge',
    help: 'Unique client addresses per server. A union over its protocols: do not sum over servers or windows.',
    unit: 'clients',
    labels: { server: open, window: open, status },
  },
  server_protocol_clients: {
    type: 'gauge',
    help: 'Unique client addresses per server and protocol. Do not sum over servers, protocols or windows: a client may be in several.',
    unit: 'clients',
    labels: { server: open, protocol: open, window: open, status },
  },
  migration_clients: {
    type: 'gauge',
    help: 'Unique client addresses by the roles of the servers they were seen on within the window, probes and proxied ones left out. Do not sum over windows.',
    unit: 'clients',
    labels: { state: migration, window: open },
  },
  inventory_entries: {
    type: 'gauge',
    help: 'Entries of the inventory by what their clients do; silent: none seen, expired: no longer in force.',
    unit: 'entries',
    labels: { state: ['legacy_only', 'both', 'new_only', 'silent', 'expired'] },
  },
  inventory_last_reload_successful: {
    type: 'gauge',
    help: '1 while the inventory in force is the file as it stands, 0 while the last reload failed.',
    unit: 'boolean',
    labels: {},
  },
  inventory_last_reload_success_timestamp_seconds: {
    type: 'gauge',
    help: 'When the inventory was last loaded without error.',
    unit: 'seconds',
    labels: {},
  },
  unknown_clients_first_seen_total: {
    type: 'counter',
    help: 'Clients that were unknown when they were first seen, after the read-back, counted by the process that counts their partition. Sum over instances.',
    unit: 'count',
    labels: { server: open, protocol: open },
    truth: 'process',
  },
  unknown_client_first_seen_timestamp_seconds: {
    type: 'gauge',
    help: 'First row of an unknown client, for the newest of them only.',
    unit: 'seconds',
    labels: { client_ip: open, server: open, protocol: open },
  },
  unknown_client_last_seen_timestamp_seconds: {
    type: 'gauge',
    help: 'Last row of an unknown client, for the newest of them only.',
    unit: 'seconds',
    labels: { client_ip: open, server: open, protocol: open },
  },
  unknown_client_series_suppressed: {
    type: 'gauge',
    help: 'Unknown sightings without series of their own because of the limit.',
    unit: 'count',
    labels: {},
  },
  connections_total: {
    type: 'counter',
    help: 'Connections opened, from committed sightings.',
    unit: 'count',
    labels: { server: open, protocol: open },
    truth: 'elsewhere',
  },
  auth_attempts_total: {
    type: 'counter',
    help: 'Logins that succeeded and failed, from committed sightings.',
    unit: 'count',
    labels: { server: open, protocol: open, result: ['succeeded', 'failed'] },
    truth: 'elsewhere',
  },
  session_bytes_total: {
    type: 'counter',
    help: 'Bytes received from and sent to clients, from committed sightings.',
    unit: 'bytes',
    labels: { server: open, protocol: open, direction: ['received', 'sent'] },
    truth: 'elsewhere',
  },
  server_info: {
    type: 'gauge',
    help: 'Always 1: role and phase of a server as configured; blank where no role is set.',
    unit: 'info',
    labels: { server: open, role: open, phase: ['active', 'draining', 'drained'] },
  },
  agent_info: {
    type: 'gauge',
    help: 'Always 1: an agent that reports for a server.',
    unit: 'info',
    labels: { server: open, version: open },
  },
  agent_last_heartbeat_timestamp_seconds: {
    type: 'gauge',
    help: 'When an agent last reported for the server; 0 for an expected server that never did.',
    unit: 'seconds',
    labels: { server: open },
  },
  agent_clock_skew_seconds: {
    type: 'gauge',
    help: 'Clock of the agent minus clock of the collector when its last report arrived; the largest in size of the server.',
    unit: 'seconds',
    labels: { server: open },
  },
  agent_files_followed: {
    type: 'gauge',
    help: 'Log files that are followed.',
    unit: 'count',
    labels: { server: open, protocol: open },
  },
  agent_backlog_bytes: {
    type: 'gauge',
    help: 'Bytes of log files that are not yet read.',
    unit: 'bytes',
    labels: { server: open, protocol: open },
  },
  agent_bytes_at_risk: {
    type: 'gauge',
    help: 'Unread bytes of log files that are deleted or about to be, or whose folder is away.',
    unit: 'bytes',
    labels: { server: open, protocol: open },
  },
  agent_read_back_ratio: {
    type: 'gauge',
    help: 'Part of the older logs that is read, 0 to 1; 1 once the read-back is done.',
    unit: 'ratio',
    labels: { server: open, protocol: open },
  },
  agent_last_row_timestamp_seconds: {
    type: 'gauge',
    help: 'Time of the newest row that was read; 0 before the first.',
    unit: 'seconds',
    labels: { server: open, protocol: open },
  },
  agent_rows_total: {
    type: 'counter',
    help: 'Rows read: counted in an event, ignored, or in error.',
    unit: 'count',
    labels: { server: open, protocol: open, result: ['event', 'ignored', 'error'] },
    truth: 'process',
  },
  agent_publish_errors_total: {
    type: 'counter',
    help: 'Attempts to publish that failed; each is tried again.',
    unit: 'count',
    labels: { server: open },
    truth: 'process',
  },
  agent_dead_letters_total: {
    type: 'counter',
    help: 'Rows that cannot be read and events that can never be delivered, put aside in a file of the agent.',
    unit: 'count',
    labels: { server: open },
    truth: 'process',
  },
  agent_dead_letters_lost_total: {
    type: 'counter',
    help: 'Rows that cannot be read and were not put aside either: the disk was full, or they were too many at once.',
    unit: 'count',
    labels: { server: open },
    truth: 'process',
  },
  agent_bytes_lost_total: {
    type: 'counter',
    help: 'Bytes of log files that are gone unread.',
    unit: 'bytes',
    labels: { server: open, protocol: open },
    truth: 'process',
  },
  agent_file_epochs_total: {
    type: 'counter',
    help: 'Files whose content was replaced under the same path, by what showed it.',
    unit: 'count',
    labels: { server: open, protocol: open, reason: open },
    truth: 'process',
  },
  agent_watcher_errors_total: {
    type: 'counter',
    help: 'Errors of the file watcher; the periodic scan goes on without it.',
    unit: 'count',
    labels: { server: open, protocol: open },
    truth: 'process',
  },
  agent_outbox_bytes: {
    type: 'gauge',
    help: 'Bytes read and stored that wait for their acknowledgement, uncompressed.',
    unit: 'bytes',
    labels: { server: open, protocol: open },
  },
  agent_oldest_unacked_timestamp_seconds: {
    type: 'gauge',
    help: 'When the oldest rows that are not yet acknowledged were read; absent while nothing waits.',
    unit: 'seconds',
    labels: { server: open, protocol: open },
  },
  positions_lost_total: {
    type: 'counter',
    help: 'Reads of a partition that did not continue where they should have; it is read again from its earliest record.',
    unit: 'count',
    labels: { partition: open },
    truth: 'process',
  },
  event_gaps_total: {
    type: 'counter',
    help: 'Events known to be gone between an agent and the state.',
    unit: 'count',
    labels: { server: open, protocol: open },
    truth: 'process',
  },
  state_histories_total: {
    type: 'counter',
    help: 'Agents whose state turned out to be rolled back or cloned: what they read again counts twice in totals.',
    unit: 'count',
    labels: { server: open },
    truth: 'process',
  },
  bounds_hit_total: {
    type: 'counter',
    help: 'Times that a limit of the program was met, by limit.',
    unit: 'count',
    labels: { bound: open },
    truth: 'process',
  },
  event_lag_seconds: {
    type: 'histogram',
    help: 'From the last row of an event to its commit, of servers that have read back.',
    unit: 'seconds',
    labels: { server: open },
    buckets: [0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600],
  },
  events_total: {
    type: 'counter',
    help: 'Events met: counted, or left out as already counted, older than every window, or unreadable.',
    unit: 'count',
    labels: { result: ['accepted', 'duplicate', 'late', 'invalid'] },
    truth: 'process',
  },
  kafka_consumer_lag_messages: {
    type: 'gauge',
    help: 'Messages of the partition that are not yet counted, of the partitions that this process counts.',
    unit: 'count',
    labels: { topic: open, partition: open },
  },
  kafka_connected: {
    type: 'gauge',
    help: '1 while the broker answers; absent without a broker.',
    unit: 'boolean',
    labels: {},
  },
  state_entries: {
    type: 'gauge',
    help: 'Entries of the state that is held in memory.',
    unit: 'entries',
    labels: { kind: open },
  },
  state_complete: {
    type: 'gauge',
    help: '1 once the committed state is loaded and is known to be whole.',
    unit: 'boolean',
    labels: {},
  },
  state_saved_timestamp_seconds: {
    type: 'gauge',
    help: 'When the last commit became durable; 0 before the first.',
    unit: 'seconds',
    labels: {},
  },
  live_listeners: {
    type: 'gauge',
    help: 'Pages that follow the live feed.',
    unit: 'count',
    labels: {},
  },
  build_info: {
    type: 'gauge',
    help: 'Always 1: version and revision of the program.',
    unit: 'info',
    labels: { version: open, revision: open },
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;

export type Catalogue = typeof catalogue;
export type MetricName = keyof Catalogue;

/** What a series of the metric is labelled with: the words of the catalogue where it has them. */
export type Labels<Name extends MetricName> = {
  readonly [Label in keyof Catalogue[Name]['labels']]: Catalogue[Name]['labels'][Label] extends readonly (infer Word)[]
    ? Word
    : string;
};

/** Prefix of an agent's own endpoint is another one: scraping agent and collector doubles no sum. */
export type Prefix = 'straggler_' | 'straggler_local_';
