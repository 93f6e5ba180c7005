/**
 * The peer of `report.ts`: the same columns and aggregates of the same logs, by DuckDB, as JSON. Run by it alone:
 *
 *     node test/bench/report-duckdb.js LOGS OUTPUT THREADS
 */
import { DuckDBInstance } from '@duckdb/node-api';

const [logs = '', output = '', threads = '2'] = process.argv.slice(2);

/** Everything that a report counts of POP3 and IMAP4, but for what it checks (times, addresses, sizes, damaged rows). */
const query = String.raw`
COPY (
  WITH logged AS (
    SELECT
      regexp_extract(filename, '([^/]+)/[^/]+/[^/]+$', 1) AS server,
      CASE WHEN filename LIKE '%/Pop3/%' THEN 'pop3' ELSE 'imap4' END AS protocol,
      regexp_replace(cIp, ':\d+$', '') AS address,
      *
    FROM read_csv('${logs}/*/*/*.LOG', header = false, comment = '#', auto_detect = false, delim = ',', quote = '"',
      escape = '"', filename = true, columns = {
        'dateTime': 'VARCHAR', 'sessionId': 'VARCHAR', 'seqNumber': 'VARCHAR', 'sIp': 'VARCHAR', 'cIp': 'VARCHAR',
        'user': 'VARCHAR', 'duration': 'VARCHAR', 'rqsize': 'VARCHAR', 'rpsize': 'VARCHAR', 'command': 'VARCHAR',
        'parameters': 'VARCHAR', 'context': 'VARCHAR'})
    WHERE dateTime <> 'dateTime'
  ),
  judged AS (
    SELECT *,
      command IN ('OpenSession', 'CloseSession', 'proxy') AS own,
      command IN ('login', 'pass', 'user', 'auth', 'authenticate') AND context LIKE 'R=%' AS verdict,
      context ILIKE 'R=ok%' AS ok
    FROM logged
  )
  SELECT protocol, server, address,
    count(*) FILTER (seqNumber = '0') AS connections,
    count(*) AS rows,
    count(*) FILTER (NOT own) AS commands,
    count(*) FILTER (verdict AND ok AND command <> 'user') AS succeeded,
    count(*) FILTER (verdict AND NOT ok) AS failed,
    sum(rqsize::BIGINT) AS received,
    sum(rpsize::BIGINT) AS sent,
    min(dateTime) AS firstSeen,
    max(dateTime) AS lastSeen,
    list(DISTINCT "user") FILTER ("user" <> '') AS users,
    list(DISTINCT sIp) AS endpoints,
    arg_max(struct_pack("at" := dateTime, reason := regexp_extract(context, 'ErrMsg=([^;]*)', 1)), dateTime)
      FILTER (verdict AND NOT ok) AS lastFailure
  FROM judged
  GROUP BY protocol, server, address
  ORDER BY protocol, server, address
) TO '${output}' (FORMAT JSON)`;

const database = await DuckDBInstance.create(':memory:', { threads });
const connection = await database.connect();
await connection.run(query);
connection.closeSync();
database.closeSync();
