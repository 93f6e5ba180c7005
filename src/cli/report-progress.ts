import { Presets, SingleBar } from 'cli-progress';
import { noProgress, type ReportProgress } from '../report/options.ts';

const mib = 1024 * 1024;

/** A bar on a terminal, nothing elsewhere; `stop` takes it away again. */
export function reportProgress(wanted: boolean): ReportProgress & { stop(): void } {
  if (!wanted || !process.stderr.isTTY) return { ...noProgress, stop: () => {} };
  const bar = new SingleBar(
    {
      stream: process.stderr,
      format: 'reading {bar} {percentage} % | {value}/{total} MiB | {eta_formatted} left',
      clearOnComplete: true,
      hideCursor: true,
    },
    Presets.shades_classic,
  );
  let bytes = 0;
  return {
    started: (_files, total) => bar.start(Math.ceil(total / mib), 0),
    read(more) {
      bytes += more;
      bar.update(Math.floor(bytes / mib));
    },
    stop: () => bar.stop(),
  };
}
